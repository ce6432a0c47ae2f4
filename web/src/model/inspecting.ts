// The page that looks into photos: each chosen file is read by the engine, one after the other; nothing is sent.
import { type FaultCode, faultOf } from "../engine/fault.ts";
import type { Inspected } from "../engine/protocol.ts";
import { maxPhotoBytes } from "./send-prepare.ts";

export type Look =
  | { readonly kind: "reading" }
  | { readonly kind: "read"; readonly inspected: Inspected }
  | { readonly kind: "failed"; readonly code: FaultCode };

export interface Looked {
  readonly key: number;
  readonly file: File;
  readonly look: Look;
}

export interface InspectEngine {
  inspect(photo: Blob, signal: AbortSignal): Promise<Inspected>;
}

/** What concerns the page and not one file. */
const ofThePage: readonly FaultCode[] = ["no-wasm", "updated", "away"];

export class Inspecting {
  readonly #engine: InspectEngine;
  readonly #changed: () => void;
  readonly #stops = new Map<number, AbortController>();
  #photos: readonly Looked[] = [];
  #problem: FaultCode | undefined;
  #last = 0;

  /** changed is called after every change of what the getters return. */
  constructor(engine: InspectEngine, changed: () => void) {
    this.#engine = engine;
    this.#changed = changed;
  }

  get photos(): readonly Looked[] {
    return this.#photos;
  }

  /** Why nothing can be read at all. */
  get problem(): FaultCode | undefined {
    return this.#problem;
  }

  stop(problem: FaultCode): void {
    this.#problem = problem;
    this.#changed();
  }

  add(files: readonly File[]): void {
    for (const file of files) {
      const photo: Looked = { key: ++this.#last, file, look: { kind: "reading" } };
      this.#photos = [...this.#photos, photo];
      void this.#read(photo);
    }
    this.#changed();
  }

  /** Tries again what the page's own trouble kept from being read. */
  retry(): void {
    this.#problem = undefined;
    for (const photo of this.#photos) if (photo.look.kind === "reading") void this.#read(photo);
    this.#changed();
  }

  remove(key: number): void {
    this.#stops.get(key)?.abort(new DOMException("removed", "AbortError"));
    this.#photos = this.#photos.filter((photo) => photo.key !== key);
    this.#changed();
  }

  clear(): void {
    for (const { key } of this.#photos) this.remove(key);
  }

  async #read({ key, file }: Looked): Promise<void> {
    const stop = new AbortController();
    this.#stops.set(key, stop);
    try {
      if (file.size > maxPhotoBytes) this.#show(key, { kind: "failed", code: "large" });
      else this.#show(key, { kind: "read", inspected: await this.#engine.inspect(file, stop.signal) });
    } catch (thrown) {
      if (!stop.signal.aborted) this.#failed(key, faultOf(thrown).code);
    } finally {
      if (this.#stops.get(key) === stop) this.#stops.delete(key);
    }
  }

  #failed(key: number, code: FaultCode): void {
    if (ofThePage.includes(code)) this.stop(code);
    else this.#show(key, { kind: "failed", code });
  }

  #show(key: number, look: Look): void {
    this.#photos = this.#photos.map((photo) => (photo.key === key ? { ...photo, look } : photo));
    this.#changed();
  }
}
