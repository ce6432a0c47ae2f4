// The photos that somebody chose: each is stripped, then its variants are made, while the sender still describes them.
// What is no photo is left out with a notice; the others go on.
import { Fault, type FaultCode, faultOf } from "../engine/fault.ts";
import type { Coded, Stripped } from "../engine/protocol.ts";

export type Work =
  | { readonly kind: "waiting" }
  | { readonly kind: "stripped"; readonly stripped: Stripped }
  | { readonly kind: "ready"; readonly stripped: Stripped; readonly variants: readonly Coded[] };

export interface Photo {
  readonly key: number;
  readonly file: File;
  readonly alt: string;
  readonly decorative: boolean;
  readonly work: Work;
}

/** A file that was left out. The name is shown on this page and nowhere else. */
export interface LeftOut {
  readonly name: string;
  readonly code: FaultCode;
}

export interface PrepareEngine {
  strip(photo: Blob, signal: AbortSignal): Promise<Stripped>;
  encode(photo: Blob, stripped: Stripped, signal: AbortSignal): Promise<readonly Coded[]>;
  /** What goes with the original. */
  further(stripped: Stripped, signal: AbortSignal): Promise<readonly Coded[]>;
}

/** FORMAT.md, Limits. */
export const maxPhotos = 2000;
export const maxPhotoBytes = 128 << 20;

/** What concerns one file. Everything else concerns the page: photos wait until it is mended. */
const ofTheFile: readonly FaultCode[] = [
  "not-a-photo",
  "no-decoder",
  "unsupported",
  "damaged",
  "empty",
  "large",
  "unreadable",
  "memory",
  "internal",
];

export class Prepare {
  readonly #engine: PrepareEngine;
  readonly #changed: () => void;
  readonly #stops = new Map<number, AbortController>();
  #photos: readonly Photo[] = [];
  #leftOut: readonly LeftOut[] = [];
  #problem: FaultCode | undefined;
  #last = 0;

  /** changed is called after every change of what the getters return. */
  constructor(engine: PrepareEngine, changed: () => void) {
    this.#engine = engine;
    this.#changed = changed;
  }

  get photos(): readonly Photo[] {
    return this.#photos;
  }

  get leftOut(): readonly LeftOut[] {
    return this.#leftOut;
  }

  /** Why no photo can be prepared at all. */
  get problem(): FaultCode | undefined {
    return this.#problem;
  }

  /** Everything is ready, and there is something. */
  get ready(): boolean {
    return this.#photos.length > 0 && this.#photos.every((photo) => photo.work.kind === "ready");
  }

  add(files: readonly File[]): void {
    this.#leftOut = [];
    for (const file of files) {
      if (file.size === 0) this.#leave(file.name, "empty");
      else if (file.size > maxPhotoBytes || this.#photos.length >= maxPhotos) this.#leave(file.name, "large");
      else
        this.#photos = [
          ...this.#photos,
          { key: ++this.#last, file, alt: "", decorative: false, work: { kind: "waiting" } },
        ];
    }
    this.#changed();
    this.#begin();
  }

  /** Says why no photo can be prepared. */
  stop(problem: FaultCode): void {
    this.#problem = problem;
    this.#changed();
  }

  /** Tries again after a problem of the page. */
  retry(): void {
    this.#problem = undefined;
    this.#changed();
    this.#begin();
  }

  remove(key: number): void {
    this.#stops.get(key)?.abort(new DOMException("removed", "AbortError"));
    this.#stops.delete(key);
    this.#photos = this.#photos.filter((photo) => photo.key !== key);
    this.#changed();
  }

  /** Moves a photo to a place, from 0. */
  move(key: number, place: number): void {
    const photo = this.#photos.find((candidate) => candidate.key === key);
    if (!photo) return;
    const rest = this.#photos.filter((other) => other !== photo);
    this.#photos = rest.toSpliced(Math.min(Math.max(place, 0), rest.length), 0, photo);
    this.#changed();
  }

  describe(key: number, words: { readonly alt?: string; readonly decorative?: boolean }): void {
    this.#change(key, words);
  }

  clear(): void {
    for (const stop of this.#stops.values()) stop.abort(new DOMException("cleared", "AbortError"));
    this.#stops.clear();
    this.#photos = [];
    this.#leftOut = [];
    this.#problem = undefined;
    this.#changed();
  }

  #begin(): void {
    for (const photo of this.#photos) {
      if (photo.work.kind === "ready" || this.#stops.has(photo.key)) continue;
      const stop = new AbortController();
      this.#stops.set(photo.key, stop);
      void this.#prepare(photo, stop.signal).finally(() => {
        if (this.#stops.get(photo.key) === stop) this.#stops.delete(photo.key);
      });
    }
  }

  async #prepare({ key, file }: Photo, signal: AbortSignal): Promise<void> {
    try {
      const stripped = await this.#engine.strip(file, signal);
      this.#change(key, { work: { kind: "stripped", stripped } });
      const variants = await this.#engine.encode(file, stripped, signal);
      this.#change(key, { work: { kind: "ready", stripped, variants } });
    } catch (thrown) {
      if (signal.aborted) return;
      this.#failed(key, file.name, thrown);
    }
  }

  #failed(key: number, name: string, thrown: unknown): void {
    const { code } = thrown instanceof Fault ? thrown : faultOf(thrown);
    if (ofTheFile.includes(code)) {
      this.#photos = this.#photos.filter((photo) => photo.key !== key);
      this.#leave(name, code);
    } else this.#problem = code;
    this.#changed();
  }

  #leave(name: string, code: FaultCode): void {
    this.#leftOut = [...this.#leftOut, { name, code }];
  }

  #change(key: number, change: Partial<Photo>): void {
    this.#photos = this.#photos.map((photo) => (photo.key === key ? { ...photo, ...change } : photo));
    this.#changed();
  }
}
