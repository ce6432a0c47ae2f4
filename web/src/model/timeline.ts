// Where events lie on a line of time: marks that would touch are one, ticks stand at whole hours or days. No DOM.

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Distances of ticks, the smallest first. */
const steps = [
  minute,
  5 * minute,
  15 * minute,
  hour,
  3 * hour,
  6 * hour,
  12 * hour,
  day,
  2 * day,
  7 * day,
  14 * day,
  30 * day,
  90 * day,
  365 * day,
];
const mostTicks = 7;
/** Marks nearer than this, as a share of the line, are drawn as one. */
const touching = 0.02;

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** 0–1 along the line. */
export const place = (at: number, { from, to }: Span): number =>
  to <= from ? 0 : Math.min(1, Math.max(0, (at - from) / (to - from)));

export interface Mark {
  readonly place: number;
  readonly count: number;
}

/** Places of moments, in order, those that touch joined. */
export function marks(moments: readonly number[], span: Span): readonly Mark[] {
  const joined: { place: number; count: number }[] = [];
  for (const at of moments.toSorted((a, b) => a - b)) {
    const here = place(at, span);
    const last = joined.at(-1);
    if (last && here - last.place < touching) last.count++;
    else joined.push({ place: here, count: 1 });
  }
  return joined;
}

export interface Tick {
  readonly at: number;
  readonly place: number;
}

/** Ticks at whole steps of local time, and how far they are apart. */
export function ticks(span: Span): { readonly step: number; readonly ticks: readonly Tick[] } {
  const length = span.to - span.from;
  const step = steps.find((candidate) => length / candidate <= mostTicks) ?? length;
  const found: Tick[] = [];
  for (let at = firstTick(span.from, step); at <= span.to; at = nextTick(at, step))
    found.push({ at, place: place(at, span) });
  return { step, ticks: found };
}

/** Whole steps counted from local midnight: where clocks change, a day is not 24 hours. */
function firstTick(from: number, step: number): number {
  const midnight = new Date(from).setHours(0, 0, 0, 0);
  let at = midnight;
  while (at < from) at = nextTick(at, step);
  return at;
}

function nextTick(at: number, step: number): number {
  if (step < day) return at + step;
  const date = new Date(at);
  return date.setDate(date.getDate() + Math.round(step / day));
}
