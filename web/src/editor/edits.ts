// What can be done to a photo before it is sent, as data: geometry without pixels, DOM or words.
//
// Boxes are fractions of the photo as it is displayed, before it is turned; 0, 0 is its upper left corner. Turning comes
// last, so that a box stays where it is on the picture however often that is turned.

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** black destroys what is under it. blur leaves averages of it, from which some things can be guessed. */
export type Cover = "black" | "blur";

export interface Mark {
  readonly cover: Cover;
  readonly box: Box;
}

export interface Edits {
  /** Quarter turns clockwise. */
  readonly turns: 0 | 1 | 2 | 3;
  readonly crop: Box;
  readonly marks: readonly Mark[];
}

export const whole: Box = { x: 0, y: 0, w: 1, h: 1 };
export const noEdits: Edits = { turns: 0, crop: whole, marks: [] };

/** No box becomes smaller than this. */
export const least = 0.01;

/** The picture is cut or turned, not only covered in places. */
export function reframes({ turns, crop }: Edits): boolean {
  return turns !== 0 || crop.x > 0 || crop.y > 0 || crop.w < 1 || crop.h < 1;
}

export function isEdited(edits: Edits): boolean {
  return edits.marks.length > 0 || reframes(edits);
}

const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high);

/** A box moved by a fraction, kept inside the photo. */
export function moved({ x, y, w, h }: Box, dx: number, dy: number): Box {
  return { x: clamp(x + dx, 0, 1 - w), y: clamp(y + dy, 0, 1 - h), w, h };
}

export type Corner = "nw" | "ne" | "sw" | "se";
export const corners: readonly Corner[] = ["nw", "ne", "sw", "se"];

/** A box of which one corner is moved by a fraction; the opposite corner stays. */
export function resized({ x, y, w, h }: Box, corner: Corner, dx: number, dy: number): Box {
  const [left, right] = corner.endsWith("w") ? [x + dx, x + w] : [x, x + w + dx];
  const [top, bottom] = corner.startsWith("n") ? [y + dy, y + h] : [y, y + h + dy];
  const across = corner.endsWith("w") ? span(left, right, "low") : span(left, right, "high");
  const down = corner.startsWith("n") ? span(top, bottom, "low") : span(top, bottom, "high");
  return { x: across[0], w: across[1] - across[0], y: down[0], h: down[1] - down[0] };
}

/** Keeps the end that is not moved, and `least` between both. */
function span(low: number, high: number, movedEnd: "low" | "high"): [number, number] {
  if (movedEnd === "low") return [clamp(low, 0, high - least), high];
  return [low, clamp(high, low + least, 1)];
}

/** The box between two points, whichever way it was drawn. */
export function between(ax: number, ay: number, bx: number, by: number): Box {
  const [x, y] = [clamp(Math.min(ax, bx), 0, 1 - least), clamp(Math.min(ay, by), 0, 1 - least)];
  return {
    x,
    y,
    w: clamp(Math.max(ax, bx) - x, least, 1 - x),
    h: clamp(Math.max(ay, by) - y, least, 1 - y),
  };
}

/** A point on the turned picture, as fractions, in the picture before it was turned. */
export function unturned(x: number, y: number, turns: Edits["turns"]): readonly [number, number] {
  const at = [
    [x, y],
    [y, 1 - x],
    [1 - x, 1 - y],
    [1 - y, x],
  ] as const;
  return at[turns];
}

/** A box of the picture where it lies once the picture is turned. */
export function turned({ x, y, w, h }: Box, turns: Edits["turns"]): Box {
  const at = [
    { x, y, w, h },
    { x: 1 - y - h, y: x, w: h, h: w },
    { x: 1 - x - w, y: 1 - y - h, w, h },
    { x: y, y: 1 - x - w, w: h, h: w },
  ] as const;
  return at[turns];
}

/** One quarter turn more, clockwise, or one less. */
export function turn(turns: Edits["turns"], by: 1 | -1): Edits["turns"] {
  return ((turns + by + 4) % 4) as Edits["turns"];
}

export interface Pixels {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Fractions that mean a whole pixel, but for the arithmetic. */
const hair = 1e-6;

/** Every pixel that a box touches: no edge of what is covered shows. */
export function touched(box: Box, width: number, height: number): Pixels {
  const x = Math.max(0, Math.floor(box.x * width + hair));
  const y = Math.max(0, Math.floor(box.y * height + hair));
  const right = Math.min(width, Math.ceil((box.x + box.w) * width - hair));
  const bottom = Math.min(height, Math.ceil((box.y + box.h) * height - hair));
  return { x, y, width: Math.max(1, right - x), height: Math.max(1, bottom - y) };
}

/** Only pixels that lie wholly inside a box, at least one: nothing of what was cut off stays. */
export function inside(box: Box, width: number, height: number): Pixels {
  const x = Math.min(width - 1, Math.max(0, Math.ceil(box.x * width - hair)));
  const y = Math.min(height - 1, Math.max(0, Math.ceil(box.y * height - hair)));
  const right = Math.floor((box.x + box.w) * width + hair);
  const bottom = Math.floor((box.y + box.h) * height + hair);
  return { x, y, width: Math.max(1, right - x), height: Math.max(1, bottom - y) };
}

/** Width and height of what is left of a picture. */
export function sizeOf({ crop, turns }: Edits, width: number, height: number): readonly [number, number] {
  const left = inside(crop, width, height);
  return turns % 2 === 0 ? [left.width, left.height] : [left.height, left.width];
}
