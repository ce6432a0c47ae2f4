// Which frames of the filmstrip are worth drawing: arithmetic without a DOM.
import type { Range } from "./grid-layout.ts";

/** The frames in the window of the strip, and half a window before and after. */
export function filmAround(n: number, pitch: number, left: number, width: number): Range {
  if (!(pitch > 0)) return { first: 0, end: 0 };
  const within = (i: number) => Math.min(n, Math.max(0, i));
  return {
    first: within(Math.floor((left - width / 2) / pitch)),
    end: within(Math.ceil((left + 1.5 * width) / pitch)),
  };
}

/** Those that are not there yet, from the middle outwards. */
export function missingOf(first: number, end: number, there: { has(i: number): boolean }): readonly number[] {
  const middle = (first + end - 1) / 2;
  return Array.from({ length: Math.max(0, end - first) }, (_, k) => first + k)
    .filter((i) => !there.has(i))
    .sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle));
}
