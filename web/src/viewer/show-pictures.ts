// The pictures of a slideshow: the one that is shown, the one before it for the crossfade, and the next.
import type { Variant } from "../format/manifest.ts";
import { mimeOf, sniff } from "../format/media.ts";
import { readPlace } from "../model/opening.ts";
import { candidates } from "./candidates.ts";
import { type MoreProps, pictureUrl } from "./page-parts.ts";

export interface ShowState {
  /** The number of the photo of url, or of the one that is missing. */
  readonly at: number;
  readonly url: string | undefined;
  readonly before: string | undefined;
  /** This photo cannot be shown. */
  readonly missing: boolean;
}

type Loaded = Promise<string | undefined>;

export class ShowPictures {
  state: ShowState = { at: -1, url: undefined, before: undefined, missing: false };
  private readonly p: () => MoreProps;
  private readonly changed: () => void;
  private readonly loaded = new Map<number, Loaded>();
  private readonly ends = new AbortController();
  private wanted = -1;

  constructor(p: () => MoreProps, changed: () => void) {
    this.p = p;
    this.changed = changed;
  }

  /** Shows a photo once it is decoded, then fetches the one after it. */
  async show(i: number): Promise<void> {
    this.wanted = i;
    const url = await this.load(i);
    if (this.wanted !== i || this.ends.signal.aborted) return;
    const { at: was, url: before } = this.state;
    this.state = { at: i, url, before: was === i ? undefined : before, missing: url === undefined };
    this.changed();
    const next = (i + 1) % this.p().share.photos.length;
    this.forget(new Set([was, i, next])); // the one before lies below the crossfade
    void this.load(next);
  }

  private load(i: number): Loaded {
    const there = this.loaded.get(i);
    if (there) return there;
    const loading = this.first(i).catch(() => {
      this.loaded.delete(i); // asked for again when its turn comes
      return undefined;
    });
    this.loaded.set(i, loading);
    return loading;
  }

  private async first(i: number): Promise<string | undefined> {
    const { share, place } = this.p();
    const photo = share.photos[i];
    for (const variant of photo ? candidates(photo, place.size()) : []) {
      const url = await this.picture(variant);
      if (url) return url;
    }
    return undefined;
  }

  /** Undefined when the browser does not decode it. */
  private async picture(variant: Variant): Promise<string | undefined> {
    const { share, reading } = this.p();
    const { signal } = this.ends;
    const bytes = await reading(share, signal, (ports, both) => readPlace(ports, share, variant, both));
    signal.throwIfAborted();
    if (sniff(bytes) !== variant.media) return undefined;
    const url = pictureUrl(bytes, mimeOf(variant.media));
    const image = new Image();
    image.src = url;
    const decoded = await image.decode().then(
      () => true,
      () => false,
    );
    if (decoded && !signal.aborted) return url;
    URL.revokeObjectURL(url);
    return undefined;
  }

  private forget(kept: ReadonlySet<number>): void {
    for (const [i, loading] of this.loaded) {
      if (kept.has(i)) continue;
      this.loaded.delete(i);
      void loading.then((url) => url && URL.revokeObjectURL(url));
    }
  }

  close(): void {
    this.ends.abort();
    for (const loading of this.loaded.values()) void loading.then((url) => url && URL.revokeObjectURL(url));
    this.loaded.clear();
  }
}
