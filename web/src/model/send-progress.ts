// How far a share is: four stages of one exposure, for every photo and for the whole.

export const stages = ["strip", "encode", "seal", "upload"] as const;
export type Stage = (typeof stages)[number];

/** The bytes of a photo in one bundle: where its entries begin and end in the sealed stream. */
export interface Span {
  readonly bundle: number;
  readonly from: number;
  readonly to: number;
}

export interface PhotoProgress {
  /** 0–1 each. */
  readonly strip: number;
  readonly encode: number;
  readonly seal: number;
  readonly upload: number;
}

/** Bytes of a bundle that the server has, as ranges that do not touch, in order. */
export type Arrived = readonly (readonly [from: number, to: number])[];

/** Adds a range; parts arrive in any order. */
export function arrive(arrived: Arrived, from: number, to: number): Arrived {
  const sorted = [...arrived, [from, to] as const].sort((a, b) => a[0] - b[0]);
  const joined: [number, number][] = [];
  for (const [start, end] of sorted) {
    const last = joined.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else joined.push([start, end]);
  }
  return joined;
}

function within(arrived: Arrived, span: Span): number {
  return arrived.reduce((sum, [from, to]) => sum + Math.max(0, Math.min(to, span.to) - Math.max(from, span.from)), 0);
}

export interface Load {
  readonly stripped: boolean;
  readonly encoded: boolean;
  /** Bytes of variants and original together, once they are known; before that, those of the file. */
  readonly bytes: number;
  readonly spans: readonly Span[];
}

/** How far one photo is. arrived is by bundle. */
export function photoProgress(load: Load, arrived: readonly Arrived[]): PhotoProgress {
  const sealed = load.spans.reduce((sum, span) => sum + span.to - span.from, 0);
  const sent = load.spans.reduce((sum, span) => sum + within(arrived[span.bundle] ?? [], span), 0);
  // Spans count the wrapping too, so that a photo ends at exactly 1; until its last span is there its own bytes count.
  const total = Math.max(load.bytes, sealed, 1);
  return {
    strip: load.stripped ? 1 : 0,
    encode: load.encoded ? 1 : 0,
    seal: Math.min(1, sealed / total),
    upload: Math.min(1, sent / total),
  };
}

export interface Whole {
  readonly photos: number;
  readonly stripped: number;
  readonly encoded: number;
  readonly bytes: number;
  readonly sealed: number;
  readonly sent: number;
  /** 0–1 of everything: what uploads take counts most, as it takes longest. */
  readonly share: number;
}

export function wholeProgress(loads: readonly Load[], arrived: readonly Arrived[]): Whole {
  const each = loads.map((load) => photoProgress(load, arrived));
  const bytes = loads.reduce((sum, load) => sum + load.bytes, 0);
  const weighed = (stage: Stage) => loads.reduce((sum, load, i) => sum + load.bytes * (each[i]?.[stage] ?? 0), 0);
  const done = 0.05 * weighed("strip") + 0.1 * weighed("encode") + 0.1 * weighed("seal") + 0.75 * weighed("upload");
  return {
    photos: loads.length,
    stripped: loads.filter((load) => load.stripped).length,
    encoded: loads.filter((load) => load.encoded).length,
    bytes,
    sealed: Math.round(weighed("seal")),
    sent: Math.round(weighed("upload")),
    share: bytes === 0 ? 0 : done / bytes,
  };
}

/** Seconds that the rest takes at the speed of the last half minute. Says nothing before it can say something. */
export class Pace {
  #marks: { readonly at: number; readonly sent: number }[] = [];

  note(at: number, sent: number): void {
    this.#marks.push({ at, sent });
    while (this.#marks.length > 2 && at - (this.#marks[0]?.at ?? at) > 30_000) this.#marks.shift();
  }

  /** Bytes a second. */
  speed(): number | undefined {
    const first = this.#marks[0];
    const last = this.#marks.at(-1);
    if (!first || !last || last.at - first.at < 1500 || last.sent <= first.sent) return undefined;
    return (1000 * (last.sent - first.sent)) / (last.at - first.at);
  }

  secondsFor(bytes: number): number | undefined {
    const speed = this.speed();
    return speed === undefined ? undefined : Math.ceil(bytes / speed);
  }
}
