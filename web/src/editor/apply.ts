// Carries out edits on the pixels of a photo, in a codec worker, before anything else is made of it. What is covered or cut
// off is not in the result; there is no layer above it.
import { canvas, close, drawn, type Picture } from "../engine/canvas.ts";
import { Fault } from "../engine/fault.ts";
import type { Pixels } from "../engine/protocol.ts";
import { type Pixels as Area, type Edits, inside, type Mark, sizeOf, touched } from "./edits.ts";
import { average, fill } from "./pixels.ts";

/** Hardly to be told from the camera's own setting, and not much larger. Photos that came without loss stay without. */
const jpegQuality = 0.95;

/** The edited photo as a new file. image is upright, and is closed. */
export async function applyEdits(image: Picture, edits: Edits, lossless: boolean, wide: boolean): Promise<Blob> {
  const area = drawn(image, image.width, image.height, wide);
  close(image);
  const context = area.getContext("2d");
  if (!context) throw new Fault("no-canvas");
  for (const mark of edits.marks) cover(context, area, mark, wide);
  const type = lossless ? "image/png" : "image/jpeg";
  const left = cut(area, edits, wide);
  if (left !== area) free(area);
  const blob = await left.convertToBlob({ type, quality: jpegQuality });
  free(left);
  if (blob.type !== type) throw new Fault("no-canvas");
  return blob;
}

/** Of 48 megapixels 190 MB, which would stay until the browser tidies up. */
function free(area: OffscreenCanvas): void {
  area.width = area.height = 0;
}

type Context = OffscreenCanvasRenderingContext2D;

function cover(context: Context, { width, height }: OffscreenCanvas, { cover: kind, box }: Mark, wide: boolean): void {
  const at = touched(box, width, height);
  const space: PredefinedColorSpace = wide ? "display-p3" : "srgb";
  const pixels = context.getImageData(at.x, at.y, at.width, at.height, { colorSpace: space });
  const all: Area = { x: 0, y: 0, width: at.width, height: at.height };
  const plain: Pixels = { data: pixels.data as Pixels["data"], width: at.width, height: at.height, space };
  if (kind === "blur") average(plain, all, Math.max(width, height));
  else fill(plain, all);
  context.putImageData(pixels, at.x, at.y);
}

/** A canvas of what is left, turned. */
function cut(area: OffscreenCanvas, edits: Edits, wide: boolean): OffscreenCanvas {
  const from = inside(edits.crop, area.width, area.height);
  const [width, height] = sizeOf(edits, area.width, area.height);
  if (edits.turns === 0 && from.width === area.width && from.height === area.height) return area;
  const [result, context] = canvas(width, height, wide);
  context.translate(width / 2, height / 2);
  context.rotate((edits.turns * Math.PI) / 2);
  const [left, top] = [-from.width / 2, -from.height / 2];
  context.drawImage(area, from.x, from.y, from.width, from.height, left, top, from.width, from.height);
  return result;
}
