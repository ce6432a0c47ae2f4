// Edits on plain pixels: what the canvas path uses for covered areas, and everything where there is no canvas that can be
// believed.
import type { Pixels } from "../engine/protocol.ts";
import { type Pixels as Area, type Edits, inside, sizeOf, touched } from "./edits.ts";

/** A blurred area is averaged over squares of this fraction of the photo's long edge, and of at least so many pixels. */
const cellFraction = 1 / 48;
const leastCell = 12;

type Picture = Pick<Pixels, "data" | "width" | "height">;

/** Makes an area black, whatever was there, and solid. */
export function fill({ data, width }: Picture, at: Area): void {
  for (let y = at.y; y < at.y + at.height; y++)
    for (let x = at.x; x < at.x + at.width; x++) data.set([0, 0, 0, 255], 4 * (y * width + x));
}

/** Replaces an area by the means of squares of itself. Nothing outside of the area goes into them. */
export function average(picture: Picture, at: Area, longEdge: number): void {
  const cell = Math.max(leastCell, Math.round(longEdge * cellFraction));
  const columns = Math.max(1, Math.round(at.width / cell));
  const rows = Math.max(1, Math.round(at.height / cell));
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const x = at.x + Math.floor((column * at.width) / columns);
      const y = at.y + Math.floor((row * at.height) / rows);
      const right = at.x + Math.floor(((column + 1) * at.width) / columns);
      const bottom = at.y + Math.floor(((row + 1) * at.height) / rows);
      level(picture, { x, y, width: right - x, height: bottom - y });
    }
}

/** Gives every pixel of a square their mean, alpha weighted. */
function level({ data, width }: Picture, at: Area): void {
  let [red, green, blue, alpha] = [0, 0, 0, 0];
  const each = (then: (i: number) => void) => {
    for (let y = at.y; y < at.y + at.height; y++)
      for (let x = at.x; x < at.x + at.width; x++) then(4 * (y * width + x));
  };
  each((i) => {
    const a = data[i + 3] ?? 0;
    red += (data[i] ?? 0) * a;
    green += (data[i + 1] ?? 0) * a;
    blue += (data[i + 2] ?? 0) * a;
    alpha += a;
  });
  const mean = alpha === 0 ? [0, 0, 0, 0] : [red / alpha, green / alpha, blue / alpha, alpha / (at.width * at.height)];
  each((i) => data.set(mean, i));
}

/** The edited picture as pixels of its own. */
export function editPixels(picture: Pixels, edits: Edits): Pixels {
  const { width, height, space } = picture;
  const covered: Pixels = { ...picture, data: picture.data.slice() };
  for (const { cover, box } of edits.marks) {
    const at = touched(box, width, height);
    if (cover === "blur") average(covered, at, Math.max(width, height));
    else fill(covered, at);
  }
  const from = inside(edits.crop, width, height);
  const [w, h] = sizeOf(edits, width, height);
  const source = new Uint32Array(covered.data.buffer);
  const result = new Uint32Array(w * h);
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      const [sx, sy] = before(x, y, w, h, edits.turns);
      result[y * w + x] = source[(from.y + sy) * width + from.x + sx] ?? 0;
    }
  return { data: new Uint8ClampedArray(result.buffer), width: w, height: h, space };
}

/** Where a pixel of the turned picture was before; w and h are those of the turned one. */
function before(x: number, y: number, w: number, h: number, turns: Edits["turns"]): readonly [number, number] {
  if (turns === 1) return [y, w - 1 - x];
  if (turns === 2) return [w - 1 - x, h - 1 - y];
  if (turns === 3) return [h - 1 - y, x];
  return [x, y];
}
