// Tile sets of photos that somebody looks at closely: made then, and laid out as they would lie in the share.
import type { Coded, Stripped } from "../engine/protocol.ts";
import type { Bytes } from "../format/bytes.ts";

/** Makes the tile set that would go with a photo; undefined where there is none. */
export type MakeTiles = (stripped: Stripped, signal: AbortSignal) => Promise<Coded | undefined>;

export interface TileSet {
  readonly coded: Coded;
  /** What lists the tiles. They are read by their own names. */
  readonly head: Blob;
  /** Bytes of all. */
  readonly size: number;
}

/** FORMAT.md, "Tile sets"; a name stands where the hash of a tile does. */
export function laidOut(coded: Coded, tag: (blob: Blob) => Bytes): TileSet | undefined {
  const { blob, tiles } = coded;
  if (!tiles) return undefined;
  let end = 0;
  const head = tiles.flatMap((size) => {
    end += size;
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, size);
    return [length, tag(blob.slice(end - size, end))];
  });
  const list = new Blob(head);
  return { coded, head: list, size: list.size + end };
}

export class TileSets {
  readonly #made = new WeakMap<Blob, TileSet>();
  readonly #begun = new WeakSet<Blob>();
  readonly #stop = new AbortController();
  readonly #tag: (blob: Blob) => Bytes;
  /** Hears whether one is being made now. */
  readonly #changed: (making: boolean) => void;
  #making = 0;

  constructor(tag: (blob: Blob) => Bytes, changed: (making: boolean) => void) {
    this.#tag = tag;
    this.#changed = changed;
  }

  of({ blob }: Stripped): TileSet | undefined {
    return this.#made.get(blob);
  }

  /** Makes it, once. Without it the view is still there, as in a share that has none. */
  async make(stripped: Stripped, make: MakeTiles): Promise<void> {
    const { blob, tiles = [] } = stripped;
    if (tiles.length === 0 || this.#begun.has(blob) || this.#stop.signal.aborted) return;
    this.#begun.add(blob);
    this.#tell(1);
    const coded = await make(stripped, this.#stop.signal).catch(() => undefined);
    const set = coded && laidOut(coded, this.#tag);
    if (set) this.#made.set(blob, set);
    this.#tell(-1);
  }

  #tell(more: number): void {
    this.#making += more;
    if (!this.#stop.signal.aborted) this.#changed(this.#making > 0);
  }

  close(): void {
    this.#stop.abort(new DOMException("nobody looks any more", "AbortError"));
  }
}
