// Which frames of the filmstrip are worth drawing: arithmetic without a DOM.
import { fromMiddle, type Range } from "./grid-layout.ts";

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
export const missingOf = (first: number, end: number, there: { has(i: number): boolean }): readonly number[] =>
  fromMiddle({ first, end }).filter((i) => !there.has(i));
