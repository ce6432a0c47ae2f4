// What the grid does: where it is, what is selected, and the keys. Keys may come faster than the grid is drawn, so they go by
// what is true now, not by what was drawn last.
import { useRef, useState } from "preact/hooks";
import { type Layout, moved, selected } from "./grid-layout.ts";
import type { MoreProps } from "./page-parts.ts";

interface Now {
  /** The photo that has the focus. */
  readonly at: number;
  readonly chosen: ReadonlySet<number>;
  /** Where a range begins. */
  readonly anchor: number | undefined;
}

export interface GalleryActions extends Now {
  /** Puts the focus there. */
  look(i: number): void;
  toggle(i: number, range: boolean): void;
  all(): void;
  clear(): void;
  show(): void;
  /** True when the key meant something. page: how many rows a page has. */
  key(event: KeyboardEvent, layout: Layout, page: number): boolean;
}

export interface GalleryWays extends MoreProps {
  readonly close: () => void;
  readonly show: () => void;
}

export function useGallery(p: GalleryWays, focus: (i: number) => void, busy: () => boolean): GalleryActions {
  const n = p.share.photos.length;
  const now = useRef<Now>({ at: Math.min(p.current, n - 1), chosen: new Set(), anchor: undefined });
  const [, draw] = useState(0);
  const change = (more: Partial<Now>) => {
    now.current = { ...now.current, ...more };
    draw((k) => k + 1);
  };
  const clear = () => change({ chosen: new Set(), anchor: undefined });
  const go = (to: number, range: boolean) => {
    const { at, chosen, anchor = at } = now.current;
    focus(to);
    change(range ? { at: to, anchor, chosen: selected(chosen, to, anchor, true) } : { at: to });
  };
  const actions = {
    clear,
    toggle(i: number, range: boolean) {
      const { chosen, anchor } = now.current;
      change({ at: i, anchor: i, chosen: selected(chosen, i, anchor, range) });
    },
    look(i: number) {
      p.go(i);
      p.close();
    },
    all() {
      if (now.current.chosen.size === n) clear();
      else change({ chosen: new Set(p.share.photos.keys()) });
    },
    show() {
      p.go(now.current.at);
      p.show();
    },
  };
  const anywhere: { readonly [key: string]: () => void } = {
    Escape: () => (now.current.chosen.size > 0 && !busy() ? clear() : p.close()),
    g: p.close,
    s: actions.show,
  };
  const inGrid = (event: KeyboardEvent, { columns }: Layout, page: number): boolean => {
    const { at } = now.current;
    if (event.key === "Enter") actions.look(at);
    else if (event.key === " ") actions.toggle(at, event.shiftKey);
    else {
      const back = getComputedStyle(document.documentElement).direction === "rtl" ? 1 : -1;
      const to = moved(event.key, at, n, columns, page, back);
      if (to === undefined) return false;
      go(to, event.shiftKey);
    }
    return true;
  };
  const latest = useRef(actions);
  latest.current = actions;
  // The same functions each time: cells are drawn anew only when they look different.
  const steady = useRef({
    look: (i: number) => latest.current.look(i),
    toggle: (i: number, range: boolean) => latest.current.toggle(i, range),
  });
  return {
    ...now.current,
    ...actions,
    ...steady.current,
    key(event, layout, page) {
      if (event.altKey) return false;
      if (event.ctrlKey || event.metaKey) {
        if (event.key !== "a") return false;
        actions.all();
        return true;
      }
      const step = anywhere[event.key];
      step?.();
      if (step) return true;
      const { target } = event;
      return target instanceof Element && target.closest("[role=grid]") !== null && inGrid(event, layout, page);
    },
  };
}
