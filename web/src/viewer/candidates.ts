// Which variant of a photo to show, and which to save.

import type { Photo, Variant } from "../format/manifest.ts";
import { extensionOf, isShown } from "../format/media.ts";

/** Larger originals are not decoded in place of a missing view: a phone may not survive it. */
const mostPixels = 30_000_000;

/** Nobody sees a tenth of the pixels missing. */
const sharpEnough = 0.9;

/**
 * What to try, in this order, until the browser can decode one: of the views that are sharp on a screen of so many pixels
 * the one with the fewest bytes, the others from the largest down, the original, the thumb.
 */
export function candidates(
  photo: Photo,
  [width, height]: readonly [number, number],
  dots = globalThis.devicePixelRatio,
): readonly Variant[] {
  const of = (role: Variant["role"]) => photo.variants.filter((v) => v.role === role && isShown(v.media));
  const originals = of("original").filter((v) => v.width * v.height <= mostPixels);
  const needed = sharpEnough * Math.min(photo.width, dots * width, (dots * height * photo.width) / photo.height);
  // What is sharp counts as equally large.
  const worth = (v: Variant) => Math.min(v.width, needed);
  const views = of("view").sort((a, b) => worth(b) - worth(a) || a.size - b.size);
  return [...views, ...originals, ...of("thumb")];
}

export const originalOf = (photo: Photo): Variant | undefined => photo.variants.find((v) => v.role === "original");

/** What Download saves: the original, or the largest there is. */
export function bestOf(photo: Photo): Variant | undefined {
  const others = photo.variants.filter((v) => v.role === "view" || v.role === "thumb");
  return originalOf(photo) ?? others.sort((a, b) => b.width * b.height - a.width * a.height)[0];
}

/** The name of a saved photo: the sender's, or a number. The extension is always that of the bytes. */
export function fileName(photo: Photo, variant: Variant, index: number): string {
  const stem = photo.name.replace(/\.[A-Za-z0-9]{1,5}$/, "").replace(/^[.\s]+|[.\s]+$/g, "");
  return `${stem || `photo-${String(index + 1).padStart(3, "0")}`}.${extensionOf(variant.media)}`;
}
