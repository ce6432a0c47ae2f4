// What a zoomed photo needs beyond its view: the tiles on the screen, or the original where there are none. They lie over the
// view and come in only once they are decoded, so nothing gets blurrier or moves; what leaves the screen is let go.
import type { Bytes } from "../format/bytes.ts";
import type { Photo, Variant } from "../format/manifest.ts";
import { isShown, mimeOf, sniff } from "../format/media.ts";
import { readPlace } from "../model/opening.ts";
import { readWindow, windowsOf } from "../model/windows.ts";
import { originalOf } from "./candidates.ts";
import { pictureUrl, type SlideParts } from "./page-parts.ts";
import { headOf, type Part, type Tile, tilesOf, touched } from "./tile-set.ts";

/** The view is sharp enough up to here. */
const enough = 1.15;
/** More tiles at once are not sharper than the view by much, and would weigh 4 MB each. */
const mostTiles = 40;
const mostPixels = 30_000_000;
/** Somebody who zooms on within that time is not at rest, ms. */
const rest = 240;

export interface DetailPlace {
  /** What is zoomed: exactly the photo's shape. */
  readonly print: HTMLElement;
  /** What clips it. */
  readonly frame: HTMLElement;
  /** What is moved and enlarged, in steps that take a while. */
  readonly moved: HTMLElement;
  /** Bytes of the original that is being fetched; undefined when that has ended. */
  progress(done: number | undefined, size: number): void;
  /** The original is there. */
  original(bytes: Bytes, variant: Variant): void;
}

export class Detail {
  private readonly p: SlideParts;
  private readonly i: number;
  private readonly place: DetailPlace;
  private readonly layer: HTMLElement;
  private readonly shown = new Map<Tile, HTMLImageElement>();
  private readonly loading = new Map<Tile, AbortController>();
  private readonly bad = new Set<Tile>();
  private readonly ends = new AbortController();
  private tiles: Promise<readonly Tile[]> | undefined;
  private whole: "no" | "coming" | "there" = "no";
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(p: SlideParts, i: number, place: DetailPlace) {
    this.p = p;
    this.i = i;
    this.place = place;
    this.layer = place.print.appendChild(document.createElement("div"));
    this.layer.className = "tiles";
  }

  /** As it is in the latest revision: its original may have come meanwhile. */
  private get photo(): Photo | undefined {
    return this.p.share.photos[this.i];
  }

  /** After the photo was zoomed or moved; looks once it rests. */
  look(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.settle().catch(() => {}), rest);
  }

  /** Where the photo is to be seen is known once no step is under way; on a busy device one takes as long as it takes. */
  private async settle(): Promise<void> {
    await Promise.allSettled(this.place.moved.getAnimations().map((step) => step.finished));
    if (this.ends.signal.aborted) return;
    const set = this.photo?.variants.find((v) => v.role === "tiles" && isShown(v.media));
    const wants = this.pixels() > this.base() * enough;
    if (set) this.show(wants ? touched(await this.index(set), set, this.part()).slice(0, mostTiles) : [], set);
    else if (wants) await this.original();
  }

  /** Device pixels over which the photo is spread now. */
  private pixels(): number {
    return this.place.print.getBoundingClientRect().width * devicePixelRatio;
  }

  /** Pixels of the picture that lies below. */
  private base(): number {
    const images = [...this.place.print.querySelectorAll<HTMLImageElement>(":scope > img")];
    return Math.max(1, ...images.map((image) => image.naturalWidth));
  }

  /** What of the photo is inside the frame. */
  private part(): Part {
    const [p, f] = [this.place.print.getBoundingClientRect(), this.place.frame.getBoundingClientRect()];
    const within = (at: number, start: number, size: number) => Math.min(1, Math.max(0, (at - start) / size));
    return {
      left: within(f.left, p.left, p.width),
      right: within(f.right, p.left, p.width),
      top: within(f.top, p.top, p.height),
      bottom: within(f.bottom, p.top, p.height),
    };
  }

  private index(set: Variant): Promise<readonly Tile[]> {
    const { share, reading } = this.p;
    this.tiles ??= reading(share, this.ends.signal, async (ports, both) => {
      return tilesOf(set, await readPlace(ports, share, headOf(set), both));
    });
    return this.tiles;
  }

  /** Shows exactly these: fetches what is missing and lets go of the others. */
  private show(wanted: readonly Tile[], set: Variant): void {
    const now = new Set(wanted);
    for (const [tile, image] of this.shown) if (!now.has(tile)) this.drop(tile, image);
    const alive = new Set([...this.loading].filter(([tile]) => now.has(tile)).map(([, c]) => c));
    for (const controller of this.loading.values()) if (!alive.has(controller)) controller.abort();
    const missing = wanted.filter((t) => !this.shown.has(t) && !this.loading.has(t) && !this.bad.has(t));
    const { share, reading } = this.p;
    const total = share.statement.bundles.map((b) => b.size);
    for (const window of windowsOf(missing, total)) {
      const controller = new AbortController();
      const tiles = window.entries.map(({ entry }) => entry);
      for (const tile of tiles) this.loading.set(tile, controller);
      const arrived = (tile: Tile, got: { bytes: Bytes } | { error: unknown }) => {
        this.loading.delete(tile);
        if ("bytes" in got) void this.put(tile, got.bytes, set);
        else this.bad.add(tile);
      };
      reading(share, controller.signal, (ports, both) => readWindow(ports, share, window, both, arrived))
        .catch(() => {}) // the view is still there; the next move asks again
        .finally(() => {
          for (const tile of tiles) if (this.loading.get(tile) === controller) this.loading.delete(tile);
        });
    }
  }

  private async put(tile: Tile, bytes: Bytes, set: Variant): Promise<void> {
    const image = await this.decoded(bytes, set);
    const still = touched([tile], set, this.part()).length > 0 && this.pixels() > this.base() * enough;
    if (!image || !still || this.ends.signal.aborted || this.shown.has(tile)) {
      if (image) URL.revokeObjectURL(image.src);
      else this.bad.add(tile);
      return;
    }
    const percent = (part: number, whole: number) => `${(100 * part) / whole}%`;
    image.style.setProperty("left", percent(tile.x, set.width));
    image.style.setProperty("top", percent(tile.y, set.height));
    image.style.setProperty("width", percent(tile.width, set.width));
    image.style.setProperty("height", percent(tile.height, set.height));
    this.shown.set(tile, image);
    this.layer.append(image);
  }

  /** Bytes whose hash was checked, as a picture that can be painted at once. */
  private async decoded(bytes: Bytes, { media }: Variant): Promise<HTMLImageElement | undefined> {
    if (sniff(bytes) !== media) return undefined;
    const image = new Image();
    image.alt = "";
    image.draggable = false;
    image.src = pictureUrl(bytes, mimeOf(media));
    try {
      await image.decode();
      return image;
    } catch {
      URL.revokeObjectURL(image.src);
      return undefined;
    }
  }

  private drop(tile: Tile, image: HTMLImageElement): void {
    this.shown.delete(tile);
    image.remove();
    URL.revokeObjectURL(image.src);
  }

  /** The original as the one level above the view. Once fetched it stays until the slide is left. */
  private async original(): Promise<void> {
    const variant = this.photo && originalOf(this.photo);
    if (!variant || !isShown(variant.media) || this.whole !== "no") return;
    if (variant.width <= this.base() || variant.width * variant.height > mostPixels) return;
    this.whole = "coming";
    const { share, reading } = this.p;
    const told = (part: number) => this.place.progress(part * variant.size, variant.size);
    try {
      const bytes = await reading(share, this.ends.signal, (ports, both) =>
        readPlace(ports, share, variant, both, told),
      );
      const image = await this.decoded(bytes, variant);
      if (!image || this.ends.signal.aborted) return;
      this.whole = "there";
      this.layer.append(image);
      image.className = "whole";
      this.place.original(bytes, variant);
    } catch {
      this.whole = "no"; // the next move asks again
    } finally {
      this.place.progress(undefined, variant.size);
    }
  }

  close(): void {
    clearTimeout(this.timer);
    this.ends.abort();
    for (const controller of this.loading.values()) controller.abort();
    for (const image of this.layer.querySelectorAll("img")) URL.revokeObjectURL(image.src);
    this.layer.remove();
  }
}
