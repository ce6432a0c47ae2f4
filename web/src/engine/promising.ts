// Whether AV1 may be worth its time. Where an encoder heeds only a bitrate (Firefox) a view takes it more than a second, and few
// photos are the smaller for it: seen by pieces of them first.
import { keyFrame, known } from "./av1.ts";
import { canvas } from "./canvas.ts";

/** Four pieces of that size stand for a view. */
const piece = { width: 192, height: 144 };

/** Whether AV1 may turn out smaller than WebP at a quality. */
export async function promising(view: OffscreenCanvas | ImageBitmap, quality: number): Promise<boolean> {
  const settings = await known();
  const { width, height } = piece;
  if (!settings || settings.quantizer !== undefined) return true;
  if (view.width < 4 * width || view.height < 4 * height) return true;
  const [some, context] = canvas(2 * width, 2 * height, false);
  for (const [x, y] of [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
  ] as const) {
    const [left, top] = [((2 * x + 1) * view.width) / 4, ((2 * y + 1) * view.height) / 4];
    const from = [Math.round(left - width / 2), Math.round(top - height / 2)] as const;
    context.drawImage(view, ...from, width, height, x * width, y * height, width, height);
  }
  const webp = await some.convertToBlob({ type: "image/webp", quality: quality / 100 });
  const frame = await keyFrame(some);
  return frame !== undefined && frame.length <= webp.size;
}
