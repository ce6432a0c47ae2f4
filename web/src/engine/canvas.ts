// Scaling and coding with the browser's own codecs. Runs in the codec workers.
import { Fault } from "./fault.ts";
import { mediaOf } from "./photo.ts";
import type { Coded, Spec } from "./protocol.ts";

/** The format of views, and what a browser makes of it that cannot write it (it answers with PNG, unasked). */
const wanted = "image/webp";
const instead = "image/jpeg";

function canvas(width: number, height: number): [OffscreenCanvas, OffscreenCanvasRenderingContext2D] {
  if (typeof OffscreenCanvas === "undefined") throw new Fault("no-canvas");
  const area = new OffscreenCanvas(width, height);
  const context = area.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Fault("no-canvas");
  return [area, context];
}

/**
 * Whether the canvas gives back the pixels that were put into it. Browsers that resist fingerprinting answer with
 * random ones and no error: without this test, noise would be sent.
 */
export function truthful(): boolean {
  const [, context] = canvas(16, 16);
  const sent = new ImageData(16, 16);
  for (let i = 0; i < sent.data.length; i++) sent.data[i] = i % 4 === 3 ? 255 : (i * 37) % 256;
  context.putImageData(sent, 0, 0);
  return context.getImageData(0, 0, 16, 16).data.every((value, i) => value === sent.data[i]);
}

export async function decode(photo: Blob): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(photo);
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === "NotReadableError") throw new Fault("unreadable");
    throw new Fault("damaged");
  }
}

const resize = (image: ImageBitmap, width: number, height: number) =>
  createImageBitmap(image, { resizeWidth: width, resizeHeight: height, resizeQuality: "high" });

async function inTwoSteps(image: ImageBitmap, width: number, height: number): Promise<ImageBitmap> {
  const twice = await resize(image, 2 * width, 2 * height);
  try {
    return await resize(twice, width, height);
  } finally {
    twice.close();
  }
}

/** How much of the contrast of fine stripes survives. */
function contrast(image: ImageBitmap): number {
  const [, context] = canvas(image.width, image.height);
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  let least = 255;
  let most = 0;
  for (let i = 4 * 4; i < data.length - 4 * 4; i += 4) {
    least = Math.min(least, data[i] ?? 0);
    most = Math.max(most, data[i] ?? 0);
  }
  return most - least;
}

/**
 * Whether this browser scales better in two steps, to twice the size and then to exactly half. Chromium's "high" is a
 * mipmap and soft; the detour costs 100 ms a photo and gains 3 dB. Where "high" is Lanczos it gains nothing. Measured
 * on stripes of eight pixels, which at a third of the size are still above what can be shown.
 */
export async function softScaler(): Promise<boolean> {
  const [area, context] = canvas(192, 8);
  for (let x = 0; x < 192; x++) {
    const grey = Math.round(127.5 + 127.5 * Math.sin((x * Math.PI) / 4));
    context.fillStyle = `rgb(${grey} ${grey} ${grey})`;
    context.fillRect(x, 0, 1, 8);
  }
  const stripes = await createImageBitmap(area);
  const once = await resize(stripes, 64, 3);
  const twice = await inTwoSteps(stripes, 64, 3);
  const gain = contrast(twice) / Math.max(1, contrast(once));
  for (const image of [stripes, once, twice]) image.close();
  return gain > 1.05;
}

/** Scales down; never up. The caller closes what it gets, unless it is the image itself. */
export function shrink(image: ImageBitmap, width: number, height: number, soft: boolean): Promise<ImageBitmap> {
  if (image.width <= width && image.height <= height) return Promise.resolve(image);
  if (soft && 2 * width < image.width) return inTwoSteps(image, width, height);
  return resize(image, width, height);
}

/** More than half of the pixels equal their left neighbour, as in client/variant: a screen or a drawing. */
function flat({ data, width }: ImageData): boolean {
  const pixels = new Uint32Array(data.buffer);
  let same = 0;
  for (let i = 1; i < pixels.length; i++) if (i % width !== 0 && pixels[i] === pixels[i - 1]) same++;
  return 2 * same > pixels.length;
}

/** Codes an image as the plan says. A quality of 1 is lossless WebP, in every browser that writes WebP. */
export async function code(image: ImageBitmap, spec: Spec): Promise<Coded> {
  const [area, context] = canvas(image.width, image.height);
  context.drawImage(image, 0, 0);
  let blob = await area.convertToBlob({ type: wanted, quality: spec.quality / 100 });
  if (blob.type !== wanted) blob = await asJpeg(area, context, spec);
  else if (spec.lossless && flat(context.getImageData(0, 0, image.width, image.height))) {
    const exact = await area.convertToBlob({ type: wanted, quality: 1 });
    if (exact.size < blob.size) blob = exact;
  }
  const media = mediaOf(blob.type);
  if (!media) throw new Fault("no-canvas");
  return { role: spec.role, media, width: image.width, height: image.height, blob };
}

/** JPEG has no transparency: white paper goes under it. */
function asJpeg(area: OffscreenCanvas, context: OffscreenCanvasRenderingContext2D, spec: Spec): Promise<Blob> {
  context.globalCompositeOperation = "destination-over";
  context.fillStyle = "white";
  context.fillRect(0, 0, area.width, area.height);
  return area.convertToBlob({ type: instead, quality: spec.quality / 100 });
}
