// A tile set: where its tiles lie, and which of them a part of the photo needs. FORMAT.md, "Tile sets".
import type { Bytes } from "../format/bytes.ts";
import type { Variant } from "../format/manifest.ts";
import { type Placed, tileCount, tilePlace } from "../format/tile.ts";
import type { Entry } from "../model/opening.ts";

const headEach = 36;

/** Code of FORMAT.md; the page's own classes are out of reach of a late script. */
export class TileError extends Error {
  override name = "TileError";
  readonly code = "manifest";
}

export interface Tile extends Entry, Placed {}

/** The head as an entry: it has the variant's hash. Throws TileError when the set cannot even hold it. */
export function headOf(v: Variant): Entry {
  const size = tileCount(v) * headEach;
  if (size >= v.size) throw new TileError("a tile set that ends in its head");
  return { bundle: v.bundle, offset: v.offset, size, sha256: v.sha256 };
}

/** The tiles that a head lists, row by row; its hash was checked. */
export function tilesOf(v: Variant, head: Bytes): readonly Tile[] {
  const count = tileCount(v);
  if (head.length !== count * headEach) throw new TileError("a head of another length");
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const end = v.offset + v.size;
  let offset = v.offset + head.length;
  const tiles: Tile[] = [];
  for (let i = 0; i < count; i++) {
    const size = view.getUint32(i * headEach);
    const sha256 = head.slice(i * headEach + 4, (i + 1) * headEach) as Bytes;
    if (size === 0 || offset + size > end) throw new TileError("a tile outside its set");
    tiles.push({ bundle: v.bundle, offset, size, sha256, ...tilePlace(v, i) });
    offset += size;
  }
  if (offset !== end) throw new TileError("bytes behind the last tile");
  return tiles;
}

/** A part of the photo, each side from 0 to 1. */
export interface Part {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The tiles that a part touches. */
export function touched(tiles: readonly Tile[], { width, height }: Variant, part: Part): readonly Tile[] {
  if (part.right <= part.left || part.bottom <= part.top) return [];
  return tiles.filter(
    (t) =>
      t.x < part.right * width &&
      t.x + t.width > part.left * width &&
      t.y < part.bottom * height &&
      t.y + t.height > part.top * height,
  );
}
