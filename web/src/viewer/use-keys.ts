// The keys of the room: arrows turn the page, or move a zoomed photo; + − 0 zoom; g shows all, s one after the other; Escape closes what is open.
import { useEffect } from "preact/hooks";
import { here } from "./place.ts";
import type { OpenMore } from "./use-more.ts";
import type { Zoom } from "./zoom.lazy.ts";

export interface Keys {
  readonly zoom: { readonly current: Zoom | undefined };
  readonly go: (i: number) => void;
  readonly where: { readonly current: number };
  readonly n: number;
  readonly leave: (() => void) | undefined;
  readonly more: OpenMore;
}

export function useKeys(keys: Keys): void {
  useEffect(() => {
    const { keys: at } = here();
    const onKey = (given: Event) => {
      const event = given as KeyboardEvent;
      const [target] = event.composedPath();
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (target instanceof HTMLElement && target.closest("input, textarea, select, .info")) {
        if (event.key !== "Escape") return;
      }
      if (act(keys, event.key)) event.preventDefault();
    };
    at.addEventListener("keydown", onKey);
    return () => at.removeEventListener("keydown", onKey);
  });
}

/** True when the key meant something. */
function act({ zoom, go, where, n, leave, more }: Keys, key: string): boolean {
  const z = zoom.current;
  const { current } = where;
  const back = getComputedStyle(document.documentElement).direction === "rtl" ? 1 : -1;
  switch (key) {
    case "ArrowLeft":
      return z?.pan(1, 0) || turn(go, current + back);
    case "ArrowRight":
      return z?.pan(-1, 0) || turn(go, current - back);
    case "ArrowUp":
      return z?.pan(0, 1) ?? false;
    case "ArrowDown":
      return z?.pan(0, -1) ?? false;
    case "PageUp":
      return turn(go, current - 1);
    case "PageDown":
      return turn(go, current + 1);
    case "Home":
      return turn(go, 0);
    case "End":
      return turn(go, n - 1);
    case "+":
    case "=":
      z?.in();
      return true;
    case "-":
      z?.out();
      return true;
    case "0":
      z?.reset();
      return true;
    case "g":
      more("grid");
      return true;
    case "s":
      more("show");
      return true;
    case "Escape":
      if (leave) leave();
      else z?.reset();
      return true;
  }
  return false;
}

function turn(go: (i: number) => void, i: number): boolean {
  go(i);
  return true;
}
