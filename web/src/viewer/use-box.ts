// The scroller of the grid: its size, and how far it was scrolled. Renders again at most once a frame, and only when a row
// more is needed.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";

export interface Box {
  readonly ref: { readonly current: HTMLDivElement | null };
  readonly width: number;
  readonly height: number;
  readonly top: number;
  onScroll(): void;
  to(top: number): void;
}

/** Steps in which scrolling is heard of, px: less than the rows that are drawn beyond the screen. */
const step = 96;

export function useBox(): Box {
  const ref = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  const [top, setTop] = useState(0);
  const frame = useRef(0);
  useEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    const measure = () => {
      const { paddingInlineStart, paddingInlineEnd } = getComputedStyle(element);
      const width = element.clientWidth - Number.parseFloat(paddingInlineStart) - Number.parseFloat(paddingInlineEnd);
      setSize((was) =>
        was.width === width && was.height === element.clientHeight ? was : { width, height: element.clientHeight },
      );
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => {
      observer.disconnect();
      cancelAnimationFrame(frame.current);
    };
  }, []);
  return useMemo(() => {
    const hear = () => setTop(Math.floor((ref.current?.scrollTop ?? 0) / step) * step);
    return {
      ref,
      ...size,
      top,
      onScroll() {
        cancelAnimationFrame(frame.current);
        frame.current = requestAnimationFrame(hear);
      },
      to(to: number) {
        ref.current?.scrollTo({ top: to, behavior: "instant" });
        hear();
      },
    };
  }, [size, top]);
}
