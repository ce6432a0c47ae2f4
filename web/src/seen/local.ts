// Reads the variants of a draft from the blobs that were made of them: what stands behind the viewer in place of server and
// opener. Nothing is fetched, opened or counted.
import { role } from "../engine/photo.ts";
import { type Bytes, hex } from "../format/bytes.ts";
import type { Opening } from "../format/opener.ts";
import type { Place } from "../format/span.ts";
import { type Entry, type Reads, readPlace } from "../model/opening.ts";
import type { Opened } from "../model/view-state.ts";
import type { Viewing } from "../model/viewing.ts";
import type { Read } from "../viewer/pictures.ts";
import { type Draft, goes, openedOf, type Tag } from "./draft.ts";
import { TileSets } from "./tile-sets.ts";

/** What stands for sealed bytes, in pieces of this length. */
const blank = new Uint8Array(2 ** 18);

export class Local {
  readonly #blobs = new Map<string, Blob>();
  readonly #tags = new WeakMap<Blob, Bytes>();
  readonly #previews = new Map<Blob, Bytes>();
  readonly #waiting = new Map<string, () => void>();
  #files: ReadonlySet<Blob> = new Set();
  readonly #now: number;
  readonly #sets: TileSets;

  /** now: the moment at which the share would be sent. sharper hears when something finer is being made, and when it is there. */
  constructor(now: number, sharper: (making: boolean) => void = () => undefined) {
    this.#now = now;
    this.#sets = new TileSets((blob) => this.#tag(blob), sharper);
  }

  /** The share as it is now. Whoever waits for a photo that is ready meanwhile is let go. */
  async share(draft: Draft): Promise<Opened> {
    const photos = draft.photos.filter(goes);
    this.#files = new Set(photos.filter(({ work }) => work.kind !== "ready").map(({ file }) => file));
    for (const { work } of photos)
      for (const { role: of, blob } of work.kind === "ready" ? work.variants : [])
        if (of === role.preview && !this.#previews.has(blob)) this.#previews.set(blob, await bytesOf(blob));
    const share = openedOf(draft, { previews: this.#previews, sets: this.#sets }, this.#tag, this.#now);
    for (const [key, leave] of [...this.#waiting]) if (!this.#pending(key)) leave();
    return share;
  }

  /** Somebody looks closely at a photo that would be sent: makes what its share would have for that. */
  async lookAt({ prepare, fields, photos }: Draft, i: number): Promise<void> {
    const work = photos.filter(goes)[i]?.work;
    if (work?.kind !== "ready" || fields.pixelsOnly) return;
    await this.#sets.make(work.stripped, (stripped, signal) => prepare.tiles(stripped, signal));
  }

  close(): void {
    this.#sets.close();
  }

  readonly #tag: Tag = (blob) => {
    const known = this.#tags.get(blob);
    if (known) return known;
    const tag = new Uint8Array(32);
    new DataView(tag.buffer).setUint32(0, this.#blobs.size + 1);
    this.#tags.set(blob, tag);
    this.#blobs.set(hex(tag), blob);
    return tag;
  };

  /** The photo is not ready: what stands there is the file that was chosen, which nobody is shown. */
  #pending(key: string): boolean {
    const blob = this.#blobs.get(key);
    return blob !== undefined && this.#files.has(blob);
  }

  /** As Viewing has it. A photo that is not ready is waited for, until there is another share to ask for it. */
  readonly read: Read = async (share, entry, signal, progress) => {
    await this.#ready(entry, signal);
    return readPlace(this.#reads, share, entry, signal, progress);
  };

  readonly reading: Viewing["reading"] = (_, signal, read) => read(this.#reads, signal);

  #ready({ sha256 }: Entry, signal: AbortSignal): Promise<void> {
    const key = hex(sha256);
    if (!this.#pending(key)) return Promise.resolve();
    return new Promise((_, reject) => {
      const leave = () => {
        this.#waiting.delete(key);
        reject(new DOMException("there is another one now", "AbortError"));
      };
      this.#waiting.set(key, leave);
      signal.addEventListener("abort", leave, { once: true });
    });
  }

  readonly #reads: Reads = {
    api: {
      async *readParts({ start, end }, signal) {
        for (let at = start; at < end; at += blank.length) {
          signal.throwIfAborted();
          yield blank.subarray(0, Math.min(blank.length, end - at));
        }
      },
    },
    opener: { variant: (place) => this.#opening(place) },
  };

  #opening({ sha256 }: Place): Opening {
    const key = hex(sha256);
    const whole = async () => {
      const blob = this.#blobs.get(key);
      if (!blob || this.#pending(key)) throw new DOMException("not there yet", "NotReadableError");
      return bytesOf(blob);
    };
    return { feed: async () => undefined, drop: () => undefined, beginning: whole, finish: whole };
  }
}

async function bytesOf(blob: Blob): Promise<Bytes> {
  return new Uint8Array(await blob.arrayBuffer());
}
