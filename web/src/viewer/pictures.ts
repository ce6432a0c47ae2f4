// The pixels of an open share: fetches what is on the screen, then its neighbours, and lets go of the rest. Every
// address it hands out is revoked again.
import type { Bytes } from "../format/bytes.ts";
import { hex } from "../format/bytes.ts";
import type { Photo, Variant } from "../format/manifest.ts";
import { mimeOf, sniff } from "../format/media.ts";
import { codeOf, type Opened } from "../model/view-state.ts";
import { candidates } from "./candidates.ts";
import { here } from "./place.ts";

export type SlideProblem = "unreachable" | "gone" | "damaged" | "unsupported" | "failed";

/** What a slide shows. The preview stays below until the shown picture has been decoded. */
export interface Picture {
  readonly preview: string | undefined;
  readonly shown: { readonly url: string; readonly is: "view" | "original" } | undefined;
  readonly problem: SlideProblem | undefined;
  /** Bytes that are there, of how many, once it takes a while. */
  readonly arriving: Arriving | undefined;
}

interface Arriving {
  readonly done: number;
  readonly size: number;
}

export type Read = (
  share: Opened,
  entry: Variant,
  signal: AbortSignal,
  progress?: (done: number) => void,
) => Promise<Bytes>;

/** How far from the current photo pictures are kept. */
export const reach = 2;
/** Addresses of previews that are kept: more than a screen has, even a wide one. */
const mostPreviews = 256;
/** Neighbours are fetched ahead when they weigh no more than this, and never for who saves data. */
const mostAhead = 3_000_000;
/** Progress is told from then on, and so often, ms. */
const slow = 1000;
const tick = 250;

interface Held {
  readonly key: string;
  /** Holds the pixels until the slide shows them, and lets go of them when the photo is left behind. */
  readonly image: HTMLImageElement;
  readonly url: string;
  readonly is: "view" | "original";
}

export class Pictures {
  private share: Opened;
  private readonly read: Read;
  private readonly previews = new Map<number, string>();
  private readonly held = new Map<number, Held>();
  private readonly problems = new Map<number, SlideProblem>();
  private readonly loading = new Map<number, { readonly controller: AbortController; readonly done: Promise<void> }>();
  private arriving: (Arriving & { readonly i: number }) | undefined;
  private noAvif = false;
  private readonly listeners = new Set<() => void>();
  private current = 0;
  private closed = false;

  constructor(share: Opened, read: Read) {
    this.share = share;
    this.read = read;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }

  at(i: number): Picture {
    return {
      preview: this.preview(i),
      shown: this.held.get(i),
      problem: this.problems.get(i),
      arriving: this.arriving?.i === i ? this.arriving : undefined,
    };
  }

  private preview(i: number): string | undefined {
    const bytes = this.share.photos[i]?.preview;
    const media = bytes && bytes.length > 0 ? sniff(bytes) : undefined;
    if (!bytes || !media || this.closed) return undefined;
    const url = this.previews.get(i) ?? URL.createObjectURL(new Blob([bytes], { type: mimeOf(media) }));
    this.previews.delete(i);
    this.previews.set(i, url);
    this.forgetPreview();
    return url;
  }

  /** The one that was asked for the longest ago goes; what shows it has decoded it by then. */
  private forgetPreview(): void {
    const [oldest] = this.previews;
    if (!oldest || this.previews.size <= mostPreviews) return;
    URL.revokeObjectURL(oldest[1]);
    this.previews.delete(oldest[0]);
  }

  /** For the filmstrip: a picture that is there anyway is sharper than the preview, and costs no request. */
  readonly small = (i: number): string | undefined => this.held.get(i)?.url ?? this.preview(i);

  /** A later revision of the share: what is on the screen stays as long as it is still part of it. */
  update(share: Opened): void {
    this.share = share;
    for (const [i, { key }] of this.held)
      if (!share.photos[i]?.variants.some((v) => hex(v.sha256) === key)) this.drop(i);
    this.problems.clear();
    this.show(this.current);
    this.changed(); // a photo may have a preview now
  }

  /** Shows a photo: loads it, then the ones beside it. */
  show(current: number): void {
    this.current = current;
    const far = (i: number) => Math.abs(i - current) > reach;
    for (const i of [...this.held.keys()].filter(far)) this.drop(i);
    for (const [i, { controller }] of this.loading) if (far(i)) controller.abort();
    this.problems.delete(current);
    this.loadAround();
  }

  private async loadAround(): Promise<void> {
    const { current } = this;
    await this.load(current);
    const { saveData } = (navigator as { connection?: { saveData?: boolean } }).connection ?? {};
    for (const i of saveData ? [] : [current + 1, current - 1]) {
      const photo = this.share.photos[i];
      const [first] = photo ? candidates(photo, here().size()) : [];
      if (first && first.size <= mostAhead && this.current === current) await this.load(i);
    }
  }

  private load(i: number): Promise<void> {
    const photo = this.share.photos[i];
    const before = this.loading.get(i);
    if (before) return before.done;
    if (this.closed || !photo || this.held.has(i) || this.problems.has(i)) return Promise.resolve();
    const controller = new AbortController();
    const done = this.loadNow(i, photo, controller);
    this.loading.set(i, { controller, done });
    return done;
  }

  private async loadNow(i: number, photo: Photo, controller: AbortController): Promise<void> {
    try {
      await this.loadFirst(i, photo, controller.signal);
    } catch (error) {
      if (!controller.signal.aborted && (error as Error | null)?.name !== "AbortError")
        this.problems.set(i, problemOf(error));
    } finally {
      this.loading.delete(i);
      if (this.arriving?.i === i) this.arriving = undefined;
      this.changed();
    }
  }

  /** The first candidate that arrives whole and that the browser decodes. */
  private async loadFirst(i: number, photo: Photo, signal: AbortSignal): Promise<void> {
    for (const variant of candidates(photo, here().size())) {
      if (this.noAvif && variant.media === "avif") continue;
      const bytes = await this.read(this.share, variant, signal, this.progress(i, variant.size));
      if (await this.put(i, variant, bytes, signal)) return;
    }
    this.problems.set(i, "unsupported");
  }

  private progress(i: number, size: number): (done: number) => void {
    let told = performance.now() + slow - tick;
    return (part) => {
      const now = performance.now();
      if (i !== this.current || now < told + tick) return;
      told = now;
      this.arriving = { i, done: part * size, size };
      this.changed();
    };
  }

  /** Shows bytes whose hash was checked. False when the browser does not decode them. */
  async put(i: number, variant: Variant, bytes: Bytes, signal: AbortSignal): Promise<boolean> {
    if (sniff(bytes) !== variant.media) return false;
    const url = URL.createObjectURL(new Blob([bytes], { type: mimeOf(variant.media) }));
    const image = new Image();
    image.src = url;
    const decoded = await image.decode().then(
      () => true,
      () => false,
    );
    this.noAvif ||= !decoded && variant.media === "avif";
    if (!decoded || signal.aborted || this.closed || Math.abs(i - this.current) > reach) {
      release(image);
      signal.throwIfAborted();
      return decoded;
    }
    this.drop(i);
    this.held.set(i, { key: hex(variant.sha256), image, url, is: variant.role === "original" ? "original" : "view" });
    this.changed();
    return true;
  }

  private drop(i: number): void {
    const held = this.held.get(i);
    if (held) release(held.image);
    this.held.delete(i);
  }

  close(): void {
    this.closed = true;
    for (const { controller } of this.loading.values()) controller.abort();
    for (const i of [...this.held.keys()]) this.drop(i);
    for (const url of this.previews.values()) URL.revokeObjectURL(url);
    this.previews.clear();
    this.listeners.clear();
  }
}

/** Browsers keep the pixels of pictures that nobody shows until they tidy up: of a hundred photos that is half a gigabyte. */
function release(image: HTMLImageElement): void {
  URL.revokeObjectURL(image.src);
  image.removeAttribute("src");
}

export function problemOf(error: unknown): SlideProblem {
  const code = codeOf(error);
  if (code === "unreachable" || code === "gone" || code === "damaged") return code;
  return code === "later" || code === "server" ? "unreachable" : "failed";
}
