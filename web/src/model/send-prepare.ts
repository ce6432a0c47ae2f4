// The photos that somebody chose: each is stripped, then its variants are made, while the sender still describes them.
// What is no photo is left out with a notice; the others go on.
import { type Edits, isEdited, noEdits } from "../editor/edits.ts";
import { Fault, type FaultCode, faultOf } from "../engine/fault.ts";
import type { Coded, Stripped } from "../engine/protocol.ts";

export type Work =
  | { readonly kind: "waiting" }
  /** It cannot be sent as it is; its pixels can, as a new file, when the sender says so. */
  | { readonly kind: "refused"; readonly code: string }
  | { readonly kind: "converting"; readonly code: string }
  /** Edits are carried out on what it was. */
  | ({ readonly kind: "editing" } & Whole)
  /** decoded: the device can show it, so that it will be sent unless memory runs out. */
  | ({ readonly kind: "stripped"; readonly decoded?: true } & Whole)
  | ({ readonly kind: "ready"; readonly variants: readonly Coded[] } & Whole);

export interface Photo {
  readonly key: number;
  readonly file: File;
  readonly alt: string;
  readonly decorative: boolean;
  /** What the sender makes of the caption and the credit in the file; undefined is what stands there. */
  readonly caption: string | undefined;
  readonly credit: string | undefined;
  readonly edits: Edits;
  /** Before it was edited. */
  readonly whole: Whole | undefined;
  readonly work: Work;
}

/** A photo without its metadata, and what variants are made of: the file, or what it was converted or edited to. */
export interface Whole {
  readonly stripped: Stripped;
  readonly source: Blob;
}

/** Caption and credit that go along when the sender keeps them. */
export function wordsOf({ caption, credit, work }: Photo): { readonly caption: string; readonly credit: string } {
  const found = work.kind === "stripped" || work.kind === "ready" ? work.stripped : undefined;
  return { caption: caption ?? found?.caption ?? "", credit: credit ?? found?.credit ?? "" };
}

/** A file that was left out. The name is shown on this page and nowhere else. */
export interface LeftOut {
  readonly name: string;
  /** Names the refusal or, where the engine could not even look, the fault. */
  readonly code: string;
}

export interface PrepareEngine {
  /** begun hears when what can be begun of it has been. */
  strip(
    photo: Blob,
    signal: AbortSignal,
    options: { readonly pixelsOnly: boolean; readonly begun: () => void },
  ): Promise<Stripped>;
  /** Decodes what strip refuses and makes a lossless file of its pixels, stripped like any other. */
  convert(photo: Blob, signal: AbortSignal): Promise<Stripped>;
  /** Makes a new photo of what edits leave. */
  edit(photo: Blob, about: Stripped, edits: Edits, signal: AbortSignal): Promise<Stripped>;
  encode(
    photo: Blob,
    stripped: Stripped,
    signal: AbortSignal,
    options: { readonly pixelsOnly: boolean; readonly decoded: () => void },
  ): Promise<readonly Coded[]>;
  /** What goes with the original. */
  further(stripped: Stripped, signal: AbortSignal): Promise<readonly Coded[]>;
  /** The tile set among that. */
  tiles(stripped: Stripped, signal: AbortSignal): Promise<Coded | undefined>;
}

/** FORMAT.md, Limits. */
export const maxPhotos = 2000;
export const maxPhotoBytes = 128 << 20;

/** A photo that was just chosen. */
const untouched = {
  alt: "",
  decorative: false,
  caption: undefined,
  credit: undefined,
  edits: noEdits,
  whole: undefined,
  work: { kind: "waiting" },
} as const;

/** Photos that are worked on at once: enough for every worker, few enough for memory. */
const mostBegun = 12;

/** Nobody sees that chosen photos appear after so many ms; drawing them takes the page longer than to begin with them. */
const unseen = 60;

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
  #pixelsOnly = false;
  #last = 0;
  /** Photos were chosen and are not shown yet. */
  #appear: ReturnType<typeof setTimeout> | undefined;

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

  /** Photos that wait for the sender to say that they may be converted. */
  get unconverted(): readonly Photo[] {
    return this.#photos.filter((photo) => photo.work.kind === "refused");
  }

  /** Some are still being looked into. */
  get looking(): boolean {
    return this.#photos.some((photo) => photo.work.kind === "waiting");
  }

  /** Everything is ready, and there is something. */
  get ready(): boolean {
    return this.#photos.length > 0 && this.#photos.every((photo) => photo.work.kind === "ready");
  }

  add(files: readonly File[]): void {
    this.#leftOut = [];
    const photos = [...this.#photos];
    for (const file of files) {
      if (file.size === 0) this.#leave(file.name, "empty");
      else if (file.size > maxPhotoBytes || photos.length >= maxPhotos) this.#leave(file.name, "large");
      else photos.push({ ...untouched, key: ++this.#last, file });
    }
    this.#photos = photos;
    const idle = this.#stops.size === 0;
    this.#begin();
    if (idle && this.#stops.size > 0) this.#appear ??= setTimeout(this.#appeared, unseen);
    else this.#changed();
  }

  readonly #appeared = (): void => {
    clearTimeout(this.#appear);
    this.#appear = undefined;
    this.#changed();
  };

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
    this.#halt(key, "removed");
    this.#photos = this.#photos.filter((photo) => photo.key !== key);
    this.#changed();
    this.#begin();
  }

  /** The tile set that goes with a photo, made before it is sent. */
  tiles(stripped: Stripped, signal: AbortSignal): Promise<Coded | undefined> {
    return this.#engine.tiles(stripped, signal);
  }

  /** Moves a photo to a place, from 0. */
  move(key: number, place: number): void {
    const photo = this.#photos.find((candidate) => candidate.key === key);
    if (!photo) return;
    const rest = this.#photos.filter((other) => other !== photo);
    this.#photos = rest.toSpliced(Math.min(Math.max(place, 0), rest.length), 0, photo);
    this.#changed();
  }

  describe(key: number, words: Partial<Pick<Photo, "alt" | "decorative" | "caption" | "credit">>): void {
    this.#change(key, words);
  }

  /** Makes a new file of the pixels of a photo that cannot be sent as it is. */
  convert(key: number): void {
    const photo = this.#photos.find((candidate) => candidate.key === key);
    if (photo?.work.kind !== "refused") return;
    this.#change(key, { work: { kind: "converting", code: photo.work.code } });
    this.#begin();
  }

  /** Turns, cuts and covers a photo, or undoes all that. Before it is done, nothing else is made of it. */
  edit(key: number, edits: Edits): void {
    const photo = this.#photos.find((candidate) => candidate.key === key);
    const whole = photo?.whole ?? (photo && "stripped" in photo.work ? photo.work : undefined);
    if (!photo || !whole) return;
    this.#halt(key, "it is edited");
    const { stripped, source } = whole;
    const kind = isEdited(edits) ? "editing" : "stripped";
    this.#change(key, { edits, whole: { stripped, source }, work: { kind, stripped, source } });
    this.#begin();
  }

  /** Makes the variants anew, one setting for everybody, or as ever. */
  setPixelsOnly(pixelsOnly: boolean): void {
    if (pixelsOnly === this.#pixelsOnly) return;
    this.#pixelsOnly = pixelsOnly;
    for (const { key, work } of this.#photos) {
      if (work.kind !== "ready" && work.kind !== "stripped") continue;
      this.#halt(key, "other variants are wanted");
      this.#change(key, { work: { kind: "stripped", stripped: work.stripped, source: work.source } });
    }
    this.#begin();
  }

  clear(): void {
    for (const stop of this.#stops.values()) stop.abort(new DOMException("cleared", "AbortError"));
    this.#stops.clear();
    this.#photos = [];
    this.#leftOut = [];
    this.#problem = undefined;
    this.#changed();
  }

  #halt(key: number, why: string): void {
    this.#stops.get(key)?.abort(new DOMException(why, "AbortError"));
    this.#stops.delete(key);
  }

  #begin(): void {
    for (const photo of this.#photos) {
      if (this.#stops.size >= mostBegun) return;
      const { kind } = photo.work;
      if (kind === "ready" || kind === "refused" || this.#stops.has(photo.key)) continue;
      const stop = new AbortController();
      this.#stops.set(photo.key, stop);
      void this.#prepare(photo, stop.signal).finally(() => {
        if (this.#stops.get(photo.key) !== stop) return;
        this.#stops.delete(photo.key);
        if (this.#problem === undefined) this.#begin();
      });
    }
  }

  async #prepare(photo: Photo, signal: AbortSignal): Promise<void> {
    try {
      const { stripped, source } = await this.#strip(photo, signal);
      if (signal.aborted) return;
      this.#change(photo.key, { work: { kind: "stripped", stripped, source } });
      // The rule as it is now: it may have been switched while the photo was stripped.
      const variants = await this.#engine.encode(source, stripped, signal, {
        pixelsOnly: this.#pixelsOnly,
        decoded: () => {
          if (!signal.aborted) this.#change(photo.key, { work: { kind: "stripped", decoded: true, stripped, source } });
        },
      });
      if (!signal.aborted) this.#change(photo.key, { work: { kind: "ready", stripped, source, variants } });
    } catch (thrown) {
      if (!signal.aborted) this.#failed(photo, thrown);
    }
  }

  async #strip({ file, work, edits }: Photo, signal: AbortSignal): Promise<Whole> {
    if (work.kind === "stripped") return work;
    if (work.kind === "editing") {
      const stripped = await this.#engine.edit(work.stripped.blob, work.stripped, edits, signal);
      return { stripped, source: stripped.blob };
    }
    if (work.kind !== "converting")
      return {
        stripped: await this.#engine.strip(file, signal, {
          pixelsOnly: this.#pixelsOnly,
          begun: () => {
            if (this.#appear) this.#appeared();
          },
        }),
        source: file,
      };
    const stripped = await this.#engine.convert(file, signal);
    return { stripped, source: stripped.blob };
  }

  #failed({ key, file, work }: Photo, thrown: unknown): void {
    const { code } = thrown instanceof Fault ? thrown : faultOf(thrown);
    const { refusal, convertible } = (thrown ?? {}) as { readonly refusal?: string; readonly convertible?: boolean };
    if (!ofTheFile.includes(code)) this.#problem = code;
    else if (convertible && work.kind === "waiting") {
      this.#change(key, { work: { kind: "refused", code: refusal ?? code } });
      return;
    } else {
      this.#photos = this.#photos.filter((photo) => photo.key !== key);
      this.#leave(file.name, refusal ?? code);
    }
    this.#changed();
  }

  #leave(name: string, code: string): void {
    this.#leftOut = [...this.#leftOut, { name, code }];
  }

  #change(key: number, change: Partial<Photo>): void {
    this.#photos = this.#photos.map((photo) => (photo.key === key ? { ...photo, ...change } : photo));
    this.#changed();
  }
}
