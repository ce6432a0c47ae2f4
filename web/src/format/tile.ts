// Where the tiles of a tile set lie in their picture. FORMAT.md, "Tile sets".

/** Pixels. */
export const tileEdge = 1024;

export interface Placed {
  readonly column: number;
  readonly row: number;
  /** Pixels of the whole picture. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

const across = ({ width }: Size): number => Math.ceil(width / tileEdge);

export const tileCount = (of: Size): number => across(of) * Math.ceil(of.height / tileEdge);

/** The i-th tile, row by row. */
export function tilePlace(of: Size, i: number): Placed {
  const [column, row] = [i % across(of), Math.floor(i / across(of))];
  const [x, y] = [column * tileEdge, row * tileEdge];
  return { column, row, x, y, width: Math.min(tileEdge, of.width - x), height: Math.min(tileEdge, of.height - y) };
}
