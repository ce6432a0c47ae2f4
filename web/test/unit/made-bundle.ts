// A sealed bundle in memory with entries of one's own, and what reads it: the format's own code, and a server that gives out
// ranges, in pieces of any length, and breaks off when told to.
import { ApiError } from "../../src/api/errors.ts";
import { type Bytes, concat, none, random } from "../../src/format/bytes.ts";
import * as kdf from "../../src/format/kdf.ts";
import { seal } from "../../src/format/seal.ts";
import { headSize } from "../../src/format/span.ts";
import type { Entry, Reads } from "../../src/model/opening.ts";
import type { Opened } from "../../src/model/view-state.ts";
import { directOpener } from "./made-share.ts";

export class MadeBundle {
  readonly places: readonly Entry[];
  readonly share: Opened;
  readonly ranges: { readonly start: number; readonly end: number }[] = [];
  sealed: Bytes;
  /** The next answers end after so many bytes. */
  breaks: number[] = [];
  piece = 10_000;

  constructor(entries: readonly Bytes[]) {
    const id = random(16);
    const key = random(32);
    let offset = 30;
    this.places = entries.map((entry) => {
      const place = { bundle: 0, offset, size: entry.length, sha256: kdf.sha(entry) };
      offset += entry.length + 30;
      return place;
    });
    const gap = new Uint8Array(30);
    this.sealed = seal(concat(...entries.flatMap((entry) => [gap, entry])), kdf.bundleSeal(key, id));
    this.share = {
      link: { id, view: none },
      keys: { pw: none, r: none, unlock: random(32) },
      statement: { bundles: [{ upload: random(16), size: this.sealed.length, partSize: 262_144 }] },
      bundles: [{ key, head: this.sealed.slice(0, headSize) }],
    } as unknown as Opened;
  }

  readonly reads: Reads = { opener: directOpener(), api: { readParts: (r, signal) => this.read(r, signal) } };

  private async *read({ start, end }: { start: number; end: number }, signal: AbortSignal): AsyncGenerator<Bytes> {
    this.ranges.push({ start, end });
    const most = this.breaks.shift() ?? Number.POSITIVE_INFINITY;
    for (let at = start; at < end; at += this.piece) {
      signal.throwIfAborted();
      if (at - start >= most) throw new ApiError("unreachable");
      yield this.sealed.slice(at, Math.min(end, at + this.piece));
    }
  }
}

/** Bytes that are not alike. */
export const noise = (size: number, seed: number): Bytes =>
  Uint8Array.from({ length: size }, (_, i) => (i * 31 + seed * 97 + (i >> 8)) & 0xff) as Bytes;
