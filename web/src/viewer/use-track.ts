// The track of slides: a scroller that snaps, so that fingers swipe with the browser's own physics.
import { useEffect, useRef, useState } from "preact/hooks";

export interface Track {
  readonly ref: { current: HTMLDivElement | null };
  readonly current: number;
  /** The same as current, but of now: keys may come faster than the page is drawn. */
  readonly where: { readonly current: number };
  go(i: number): void;
  onScroll(): void;
}

const settleTime = 90;

export function useTrack(n: number): Track {
  const ref = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState(0);
  const where = useRef(0);
  const settle = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const go = (i: number) => {
    const to = Math.min(n - 1, Math.max(0, i));
    const near = Math.abs(to - where.current) === 1;
    where.current = to;
    setCurrent(to);
    place(ref.current, to, near && !matchMedia("(prefers-reduced-motion: reduce)").matches);
  };
  const onScroll = () => {
    clearTimeout(settle.current);
    settle.current = setTimeout(() => {
      const track = ref.current;
      if (!track || track.clientWidth === 0) return;
      // From right to left scrollLeft counts below zero.
      const i = Math.round(Math.abs(track.scrollLeft) / track.clientWidth);
      if (i === where.current || i >= n) return;
      where.current = i;
      setCurrent(i);
    }, settleTime);
  };
  useEffect(() => {
    const track = ref.current;
    if (!track) return undefined;
    const observer = new ResizeObserver(() => {
      clearTimeout(settle.current);
      place(track, where.current, false);
    });
    observer.observe(track);
    return () => {
      clearTimeout(settle.current);
      observer.disconnect();
    };
  }, []);
  return { ref, current: Math.min(current, n - 1), where, go, onScroll };
}

function place(track: HTMLElement | null, i: number, smooth: boolean): void {
  if (!track) return;
  const rtl = getComputedStyle(track).direction === "rtl";
  track.scrollTo({ left: (rtl ? -1 : 1) * i * track.clientWidth, behavior: smooth ? "smooth" : "instant" });
}
