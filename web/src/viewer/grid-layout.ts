// Where photos stand in the grid, and which of them are worth drawing: arithmetic without a DOM.

export interface Layout {
  readonly columns: number;
  readonly rows: number;
  /** Height of a row with the gap below it, px. */
  readonly row: number;
  readonly height: number;
}

const gap = 8;
const wished = 168;

/** n photos in a box: at least two columns, cells square, about 168 px wide where there is room. */
export function layoutOf(n: number, width: number): Layout {
  const columns = Math.max(width < 340 ? 2 : 3, Math.floor((width + gap) / (wished + gap)));
  const cell = Math.max(1, (width - gap * (columns - 1)) / columns);
  const rows = Math.ceil(n / columns);
  const row = cell + gap;
  return { columns, rows, row, height: Math.max(0, rows * row - gap) };
}

export interface Range {
  readonly first: number;
  /** Not included. */
  readonly end: number;
}

/** What is in a range, from its middle outwards. */
export function fromMiddle({ first, end }: Range): readonly number[] {
  const middle = (first + end - 1) / 2;
  const all = Array.from({ length: Math.max(0, end - first) }, (_, k) => first + k);
  return all.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle));
}

/** The rows on the screen and one screen before and after. */
export function rowsAround({ rows, row }: Layout, top: number, height: number, beside = 1): Range {
  const first = Math.floor((top - beside * height) / row);
  const end = Math.ceil((top + (1 + beside) * height) / row);
  return { first: Math.min(rows, Math.max(0, first)), end: Math.min(rows, Math.max(0, end)) };
}

/** The photo that a key leads to; undefined when the key means nothing here. back is -1, or 1 from right to left. */
export function moved(key: string, i: number, n: number, columns: number, page: number, back = -1): number | undefined {
  const to = (j: number) => Math.min(n - 1, Math.max(0, j));
  switch (key) {
    case "ArrowLeft":
      return to(i + back);
    case "ArrowRight":
      return to(i - back);
    case "ArrowUp":
      return i - columns < 0 ? i : i - columns;
    case "ArrowDown":
      // From the last full row down to a photo of the last one, if there is one below at all.
      return i + columns < n ? i + columns : Math.floor(i / columns) < Math.floor((n - 1) / columns) ? n - 1 : i;
    case "PageUp":
      return to(i - columns * page < 0 ? i % columns : i - columns * page);
    case "PageDown":
      return to(i + columns * page);
    case "Home":
      return 0;
    case "End":
      return n - 1;
  }
  return undefined;
}

/** A selection after a press at i: alone, or everything between the anchor and i. */
export function selected(
  before: ReadonlySet<number>,
  i: number,
  anchor: number | undefined,
  range: boolean,
): ReadonlySet<number> {
  const after = new Set(before);
  if (range && anchor !== undefined) for (let j = Math.min(i, anchor); j <= Math.max(i, anchor); j++) after.add(j);
  else if (!after.delete(i)) after.add(i);
  return after;
}
