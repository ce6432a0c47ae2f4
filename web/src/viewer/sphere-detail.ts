// What a panorama needs beyond the view it begins with: a screen shows a quarter of it, so a view of 2,048 pixels is soft. Its
// tiles come one after the other, those nearest to where somebody looks first; where there are none, the original.
import type { Bytes } from "../format/bytes.ts";
import type { Photo, Variant } from "../format/manifest.ts";
import { isShown, mimeOf, sniff } from "../format/media.ts";
import { readPlace } from "../model/opening.ts";
import { readWindow, type Window, windowsOf } from "../model/windows.ts";
import { bestOf } from "./candidates.ts";
import type { SlideParts } from "./page-parts.ts";
import { apart, type Lie, type Look } from "./sphere.ts";
import type { SphereCanvas } from "./sphere-canvas.ts";
import { headOf, type Tile, tilesOf } from "./tile-set.ts";

/** A larger one is not decoded whole. Above 24 megapixels there are tiles. */
const mostPixels = 36_000_000;
/** So many pieces of the bundle are on their way at once. */
const lines = 2;

export interface DetailOf {
  readonly parts: SlideParts;
  readonly i: number;
  readonly sphere: SphereCanvas;
  readonly lie: Lie;
  /** Where somebody looks now. */
  look(): Look;
  /** Something sharper is there, or all of it. */
  came(whole: boolean): void;
  /** Bytes that are there of so many; undefined when that has ended. */
  progress(done: number | undefined, size: number): void;
}

export class SphereDetail {
  private readonly of: DetailOf;
  private readonly ends = new AbortController();
  private state: "no" | "coming" | "there" = "no";

  constructor(of: DetailOf) {
    this.of = of;
  }

  /** Fetches it, once. Tried again when the connection broke, or the originals had not come yet. base: width of what is there. */
  async start(base: number): Promise<void> {
    const photo = this.of.parts.share.photos[this.of.i];
    if (this.state !== "no" || !photo) return;
    this.state = "coming";
    try {
      this.state = (await this.load(photo, base)) ? "there" : "no";
    } catch {
      this.state = "no"; // the next turn asks again
    }
  }

  private async load(photo: Photo, base: number): Promise<boolean> {
    const set = photo.variants.find((v) => v.role === "tiles" && isShown(v.media));
    if (set) return this.tiled(set);
    const best = bestOf(photo);
    if (!best || !isShown(best.media) || best.width <= base || best.width * best.height > mostPixels) return false;
    await this.whole(best);
    return true;
  }

  /** As much of a picture as the device takes. */
  private sizeOf(v: Variant): readonly [width: number, height: number] {
    const { largest } = this.of.sphere;
    const scale = Math.min(1, largest / v.width, largest / v.height);
    return [Math.max(1, Math.round(v.width * scale)), Math.max(1, Math.round(v.height * scale))];
  }

  private async whole(v: Variant): Promise<void> {
    const { sphere, parts, progress } = this.of;
    const told = (part: number) => progress(part * v.size, v.size);
    const { signal } = this.ends;
    try {
      const bytes = await parts.reading(parts.share, signal, (ports, both) =>
        readPlace(ports, parts.share, v, both, told),
      );
      const [width, height] = this.sizeOf(v);
      const bitmap = await decoded(bytes, v, width, height);
      if (!signal.aborted) {
        sphere.sharper(width, height);
        sphere.piece(bitmap, 0, 0);
        sphere.finish();
        this.of.came(true);
      }
      bitmap.close();
    } finally {
      progress(undefined, v.size);
    }
  }

  private async tiled(set: Variant): Promise<boolean> {
    const { parts, sphere, progress } = this.of;
    const { share, reading } = parts;
    const { signal } = this.ends;
    const head = await reading(share, signal, (ports, both) => readPlace(ports, share, headOf(set), both));
    const tiles = tilesOf(set, head);
    const [width, height] = this.sizeOf(set);
    sphere.sharper(width, height);
    const left = new Set(
      windowsOf(
        tiles,
        share.statement.bundles.map((b) => b.size),
      ),
    );
    let [done, missing] = [0, 0];
    const arrived = async (tile: Tile, bytes: Bytes | undefined) => {
      done += tile.size;
      if (!bytes || !(await this.piece(tile, bytes, set))) missing++;
      if (!signal.aborted) progress(done, set.size);
    };
    try {
      await Promise.all(Array.from({ length: lines }, () => this.line(left, set, arrived)));
    } finally {
      progress(undefined, set.size);
    }
    if (!signal.aborted) sphere.finish();
    this.of.came(missing === 0);
    return missing === 0;
  }

  /** Fetches window after window, the nearest first, until none is left. */
  private async line(
    left: Set<Window<Tile>>,
    set: Variant,
    arrived: (tile: Tile, bytes: Bytes | undefined) => Promise<void>,
  ): Promise<void> {
    const { share, reading } = this.of.parts;
    const { signal } = this.ends;
    for (let next = this.nearest(left, set); next && !signal.aborted; next = this.nearest(left, set)) {
      const window = next;
      left.delete(window);
      const waiting = new Set(window.entries.map(({ entry }) => entry));
      const putting: Promise<void>[] = [];
      const got = (tile: Tile, what: { bytes: Bytes } | { error: unknown }) => {
        waiting.delete(tile);
        putting.push(arrived(tile, "bytes" in what ? what.bytes : undefined));
      };
      await reading(share, signal, (ports, both) => readWindow(ports, share, window, both, got)).catch(() => {});
      for (const tile of waiting) putting.push(arrived(tile, undefined));
      await Promise.all(putting);
    }
  }

  private nearest(windows: ReadonlySet<Window<Tile>>, set: Variant): Window<Tile> | undefined {
    const { yaw, pitch } = this.of.look();
    const { west, east, top, bottom } = this.of.lie;
    const distance = ({ entries }: Window<Tile>) =>
      Math.min(
        ...entries.map(({ entry: { x, y, width, height } }) =>
          apart(
            yaw,
            pitch,
            west + ((x + width / 2) / set.width) * (east - west),
            top - ((y + height / 2) / set.height) * (top - bottom),
          ),
        ),
      );
    const far = [...windows].map((window) => ({ window, at: distance(window) }));
    return far.sort((a, b) => a.at - b.at)[0]?.window;
  }

  private async piece(tile: Tile, bytes: Bytes, set: Variant): Promise<boolean> {
    const [width, height] = this.sizeOf(set);
    const [x, y] = [Math.round((tile.x * width) / set.width), Math.round((tile.y * height) / set.height)];
    const right = Math.round(((tile.x + tile.width) * width) / set.width);
    const below = Math.round(((tile.y + tile.height) * height) / set.height);
    if (right <= x || below <= y) return true;
    const bitmap = await decoded(bytes, set, right - x, below - y).catch(() => undefined);
    if (!bitmap || this.ends.signal.aborted) {
      bitmap?.close();
      return false;
    }
    this.of.sphere.piece(bitmap, x, y);
    bitmap.close();
    this.of.came(false);
    return true;
  }

  close(): void {
    this.ends.abort();
  }
}

/** Bytes whose hash was checked, decoded off the main thread, in a size. */
async function decoded(bytes: Bytes, { media }: Variant, width: number, height: number): Promise<ImageBitmap> {
  if (sniff(bytes) !== media) throw new TypeError("another format");
  const blob = new Blob([bytes], { type: mimeOf(media) });
  return createImageBitmap(blob, { resizeWidth: width, resizeHeight: height, resizeQuality: "high" });
}
