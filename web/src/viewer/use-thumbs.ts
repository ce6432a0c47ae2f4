// The thumbs of the grid as a hook: asks for what is on the screen first, then for what a little scrolling brings.
import { useEffect, useRef, useState } from "preact/hooks";
import { readWindow, windowsOf } from "../model/windows.ts";
import { type Layout, rowsAround } from "./grid-layout.ts";
import type { MoreProps } from "./page-parts.ts";
import { type ThumbEntry, Thumbs } from "./thumbs.ts";
import type { Box } from "./use-box.ts";

/** Who scrolls on is not to pay for what flew by. */
const rest = 60;

export function useThumbs(p: MoreProps, layout: Layout, box: Box): Thumbs {
  const [, render] = useState(0);
  const made = useRef<Thumbs | undefined>(undefined);
  const frame = useRef(0);
  const latest = useRef(p);
  latest.current = p;
  made.current ??= make(latest, () => {
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(() => render((n) => n + 1));
  });
  const thumbs = made.current;
  useEffect(() => {
    if (box.height === 0) return undefined;
    const timer = setTimeout(() => thumbs.want(inView(layout, box, p.share.photos.length)), rest);
    return () => clearTimeout(timer);
  }, [thumbs, layout, box, p.share]);
  useEffect(() => {
    const again = () => thumbs.retry();
    addEventListener("online", again);
    return () => {
      removeEventListener("online", again);
      cancelAnimationFrame(frame.current);
      thumbs.close();
    };
  }, [thumbs]);
  return thumbs;
}

/** The photos on the screen, then those one screen below and above. */
function inView(layout: Layout, { top, height }: Box, n: number): readonly number[] {
  const near = rowsAround(layout, top, height, 0);
  const wide = rowsAround(layout, top, height);
  const photos = (first: number, end: number) =>
    Array.from(
      { length: Math.max(0, Math.min(n, end * layout.columns) - first * layout.columns) },
      (_, k) => first * layout.columns + k,
    );
  return [...photos(near.first, near.end), ...photos(near.end, wide.end), ...photos(wide.first, near.first)];
}

/** p: also of a later revision of the share. */
function make(p: { readonly current: MoreProps }, changed: () => void): Thumbs {
  return new Thumbs({
    photos: () => p.current.share.photos,
    windows: (entries: readonly ThumbEntry[]) =>
      windowsOf(
        entries,
        p.current.share.statement.bundles.map((b) => b.size),
      ),
    read: (window, signal, got) => {
      const { share, reading } = p.current;
      return reading(share, signal, (ports, both) => readWindow(ports, share, window, both, got));
    },
    changed,
  });
}
