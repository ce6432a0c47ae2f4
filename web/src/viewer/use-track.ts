// The track of slides: a scroller that snaps, so that fingers swipe with the browser's own physics.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

export interface Track {
  readonly ref: { current: HTMLDivElement | null };
  readonly current: number;
  /** What is in sight while it is scrolled, before that settles. */
  readonly seen: number;
  /** The same as current, but of now: keys may come faster than the page is drawn. */
  readonly where: { readonly current: number };
  go(i: number): void;
  onScroll(): void;
}

const settleTime = 90;

interface Place {
  readonly at: number;
  /** How it was come to: steps glide, jumps do not, and a hand has scrolled already. */
  readonly by: "step" | "jump" | "hand";
}

export function useTrack(n: number): Track {
  const ref = useRef<HTMLDivElement>(null);
  const [{ at, by }, setAt] = useState<Place>({ at: 0, by: "hand" });
  const [seen, setSeen] = useState(0);
  const where = useRef(0);
  /** Where keys and buttons lead to, until it is reached or a hand takes over. */
  const aim = useRef<number | undefined>(undefined);
  const settle = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const go = (i: number) => {
    const to = Math.min(n - 1, Math.max(0, i));
    const near = Math.abs(to - where.current) === 1;
    if (to !== where.current) aim.current = to;
    where.current = to;
    setAt({ at: to, by: near ? "step" : "jump" });
    setSeen(to);
  };
  // Once the slide is drawn: the track would come to rest at the nearest one that is there.
  useLayoutEffect(() => {
    if (by === "hand") return;
    place(ref.current, at, by === "step" && !matchMedia("(prefers-reduced-motion: reduce)").matches);
  }, [at, by]);
  const onScroll = () => {
    clearTimeout(settle.current);
    setSeen(Math.min(n - 1, inSight(ref.current) ?? 0));
    settle.current = setTimeout(() => {
      const i = inSight(ref.current);
      const { current: to } = aim;
      aim.current = undefined;
      // A browser that is busy breaks off gliding.
      if (to !== undefined && to !== i) return place(ref.current, to, false);
      if (i === undefined || i === where.current || i >= n) return;
      where.current = i;
      setAt({ at: i, by: "hand" });
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
    const takeOver = () => {
      aim.current = undefined;
    };
    const hands = ["wheel", "touchstart", "pointerdown"] as const;
    for (const hand of hands) track.addEventListener(hand, takeOver, { passive: true });
    return () => {
      for (const hand of hands) track.removeEventListener(hand, takeOver);
      clearTimeout(settle.current);
      observer.disconnect();
    };
  }, []);
  return { ref, current: Math.min(at, n - 1), seen, where, go, onScroll };
}

function inSight(track: HTMLElement | null): number | undefined {
  if (!track || track.clientWidth === 0) return undefined;
  // From right to left scrollLeft counts below zero.
  return Math.round(Math.abs(track.scrollLeft) / track.clientWidth);
}

function place(track: HTMLElement | null, i: number, smooth: boolean): void {
  if (!track) return;
  const rtl = getComputedStyle(track).direction === "rtl";
  track.scrollTo({ left: (rtl ? -1 : 1) * i * track.clientWidth, behavior: smooth ? "smooth" : "instant" });
}
