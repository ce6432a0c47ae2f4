// The thumbs of the grid: what is on the screen first, by few requests, kept while near. Every address is revoked again.
import type { Photo, Variant } from "../format/manifest.ts";
import { isShown, mimeOf, sniff } from "../format/media.ts";
import type { Got, Window } from "../model/windows.ts";

/** A photo's thumb with the number of the photo. */
export interface ThumbEntry extends Variant {
  readonly i: number;
}

/** Reads one window. */
export type ReadThumbs = (
  window: Window<ThumbEntry>,
  signal: AbortSignal,
  got: (entry: ThumbEntry, what: Got) => void,
) => Promise<void>;

export interface ThumbPorts {
  photos(): readonly Photo[];
  windows(entries: readonly ThumbEntry[]): readonly Window<ThumbEntry>[];
  readonly read: ReadThumbs;
  changed(): void;
}

/** At once; more would only share the line with what is on the screen. */
const lanes = 3;
/** Thumbs are kept up to here: about 6 MB. */
const most = 500;
/** A larger view is not fetched in place of a thumb. */
const mostBytes = 200_000;
const tries = 3;

/** What stands for a photo in the grid: its thumb, or a small view. */
export function thumbOf(photo: Photo): Variant | undefined {
  const small = photo.variants.filter((v) => v.role !== "tiles" && isShown(v.media) && v.size <= mostBytes);
  return small.find((v) => v.role === "thumb") ?? small.sort((a, b) => a.size - b.size)[0];
}

export class Thumbs {
  private readonly p: ThumbPorts;
  private readonly urls = new Map<number, string>();
  private readonly previews = new Map<number, string>();
  private readonly loading = new Map<number, AbortController>();
  private readonly failed = new Map<number, number>();
  private wanted: readonly number[] = [];
  private running = 0;
  private closed = false;

  constructor(p: ThumbPorts) {
    this.p = p;
  }

  at(i: number): string | undefined {
    return this.urls.get(i);
  }

  /** The tiny picture of the manifest; it needs no request. */
  preview(i: number): string | undefined {
    const bytes = this.p.photos()[i]?.preview;
    const media = bytes && bytes.length > 0 ? sniff(bytes) : undefined;
    if (!bytes || !media || this.closed) return undefined;
    const url = this.previews.get(i) ?? URL.createObjectURL(new Blob([bytes], { type: mimeOf(media) }));
    this.previews.set(i, url);
    return url;
  }

  /** What is on the screen or near it now, the most urgent first. Windows of which nothing is wanted any more end. */
  want(photos: readonly number[]): void {
    this.wanted = photos;
    const near = new Set(photos);
    const alive = new Set([...this.loading].filter(([i]) => near.has(i)).map(([, c]) => c));
    for (const controller of new Set(this.loading.values())) if (!alive.has(controller)) controller.abort();
    this.forget(near);
    this.next();
  }

  /** Lets go of the oldest thumbs that are not near. */
  private forget(near: ReadonlySet<number>): void {
    for (const kept of [this.urls, this.previews])
      for (const [i, url] of kept) {
        if (kept.size <= most) break;
        if (near.has(i)) continue;
        URL.revokeObjectURL(url);
        kept.delete(i);
      }
  }

  private next(): void {
    while (!this.closed && this.running < lanes) {
      const missing = this.wanted.filter(
        (i) => !this.urls.has(i) && !this.loading.has(i) && (this.failed.get(i) ?? 0) < tries,
      );
      const entries = missing.flatMap((i) => {
        const photo = this.p.photos()[i];
        const thumb = photo && thumbOf(photo);
        return thumb ? [{ ...thumb, i }] : [];
      });
      const first = entries[0];
      // The most urgent one, and what lies beside it.
      const window = first && this.p.windows(entries).find((w) => w.entries.some(({ entry }) => entry.i === first.i));
      if (!window) return;
      void this.load(window);
    }
  }

  private async load(window: Window<ThumbEntry>): Promise<void> {
    const controller = new AbortController();
    const photos = window.entries.map(({ entry }) => entry.i);
    for (const i of photos) this.loading.set(i, controller);
    this.running++;
    try {
      await this.p.read(window, controller.signal, (entry, got) => this.take(entry, got));
    } catch {
      if (!controller.signal.aborted) for (const i of photos) if (!this.urls.has(i)) this.fail(i);
    } finally {
      this.running--;
      for (const i of photos) this.loading.delete(i);
      this.next();
    }
  }

  private fail(i: number): void {
    this.failed.set(i, (this.failed.get(i) ?? 0) + 1);
  }

  private take(entry: ThumbEntry, got: Got): void {
    if (this.closed) return;
    if ("error" in got || sniff(got.bytes) !== entry.media) {
      this.failed.set(entry.i, tries); // what is not as the sender sealed it does not become so by asking again
      return;
    }
    this.urls.set(entry.i, URL.createObjectURL(new Blob([got.bytes], { type: mimeOf(entry.media) })));
    this.p.changed();
  }

  /** Another try for what did not arrive. */
  retry(): void {
    this.failed.clear();
    this.next();
  }

  close(): void {
    this.closed = true;
    for (const controller of this.loading.values()) controller.abort();
    for (const url of [...this.urls.values(), ...this.previews.values()]) URL.revokeObjectURL(url);
    this.urls.clear();
    this.previews.clear();
  }
}
