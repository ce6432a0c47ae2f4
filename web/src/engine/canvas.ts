// Pixels by the browser's own means: decoding, scaling, and whether what a canvas gives back can be believed. Runs in
// the codec workers.
import { Fault } from "./fault.ts";
import { media } from "./photo.ts";
import type { Frame, Pixels, Source } from "./protocol.ts";

export type Picture = ImageBitmap | OffscreenCanvas;

/** A canvas and its context; wide asks for the gamut of Display P3 where the browser has it. */
export function canvas(
  width: number,
  height: number,
  wide = false,
): [OffscreenCanvas, OffscreenCanvasRenderingContext2D] {
  if (typeof OffscreenCanvas === "undefined") throw new Fault("no-canvas");
  const area = new OffscreenCanvas(width, height);
  const context = area.getContext("2d", {
    willReadFrequently: true,
    ...(wide ? { colorSpace: "display-p3" as const } : {}),
  });
  if (!context) throw new Fault("no-canvas");
  return [area, context];
}

export function drawn(image: CanvasImageSource, width: number, height: number, wide = false): OffscreenCanvas {
  const [area, context] = canvas(width, height, wide);
  context.drawImage(image, 0, 0, width, height);
  return area;
}

/** Ends a picture whose memory is not freed by itself soon enough. */
export function close(image: Picture): void {
  if ("close" in image) image.close();
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

/** Decodes upright. With soft scalers comes a JPEG already smaller, but with at least so many pixels on its long edge. */
export async function decode(source: Source, frame: Frame, atLeast: number, soft: boolean): Promise<Picture> {
  if (!(source instanceof Blob)) return createImageBitmap(imageOf(source));
  const halved = soft ? await smaller(source, frame, atLeast).catch(() => undefined) : undefined;
  if (halved) return halved;
  try {
    return await createImageBitmap(source);
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === "NotReadableError") throw new Fault("unreadable");
    throw new Fault("no-decoder");
  }
}

/**
 * A JPEG decoder that leaves out the finest parts of every block scales for free: 12 megapixels take 50 ms at five eighths
 * of the edge, against 64, and 30 more for scaling that then is better, against 60. Only where the decoder tells how it is turned, and not for wide
 * gamuts, which it would clip.
 */
async function smaller(
  photo: Blob,
  { media: kind, width, height, orientation, wide }: Frame,
  atLeast: number,
): Promise<Picture | undefined> {
  const eighths = Math.ceil((8 * atLeast) / Math.max(width, height));
  if (kind !== media["image/jpeg"] || wide || eighths > 6 || typeof ImageDecoder === "undefined") return undefined;
  const [across, down] = orientation >= 5 ? [height, width] : [width, height];
  const [w, h] = [Math.ceil((across * eighths) / 8), Math.ceil((down * eighths) / 8)];
  const decoder = new ImageDecoder({
    data: await photo.arrayBuffer(), // as a stream it takes twice as long
    type: "image/jpeg",
    desiredWidth: w,
    desiredHeight: h,
    preferAnimation: false,
  });
  try {
    const { image } = await decoder.decode();
    try {
      const known = orientation === 1 || "rotation" in image;
      if (!known || image.codedWidth < w || image.codedHeight < h || image.codedWidth > w + 1) return undefined;
      if (orientation === 1) return await createImageBitmap(image, { resizeWidth: w, resizeHeight: h }); // without a copy
      return orientation >= 5 ? drawn(image, h, w) : drawn(image, w, h);
    } finally {
      image.close();
    }
  } finally {
    decoder.close();
  }
}

export function imageOf({ data, width, height, space }: Pixels): ImageData {
  try {
    return new ImageData(data, width, height, { colorSpace: space });
  } catch {
    return new ImageData(data, width, height); // a browser without that colour space
  }
}

const resize = (image: Picture, width: number, height: number, resizeQuality: ResizeQuality = "high") =>
  createImageBitmap(image, { resizeWidth: width, resizeHeight: height, resizeQuality });

async function inTwoSteps(image: Picture, width: number, height: number): Promise<ImageBitmap> {
  // Near twice the size the simple way is as good, and takes half the time.
  const twice = await resize(image, 2 * width, 2 * height, image.width > 3 * width ? "high" : "low");
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
 * mipmap and soft; the detour costs 50 ms a view and gains 3 dB. Where "high" is Lanczos it gains nothing. Measured
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
export function shrink(image: Picture, width: number, height: number, soft: boolean): Promise<Picture> {
  if (image.width <= width && image.height <= height) return Promise.resolve(image);
  return soft ? inTwoSteps(image, width, height) : resize(image, width, height);
}

/** The pixels of a picture; in sRGB unless wide is asked for and there. */
export function pixelsOf(image: Picture, wide: boolean): Pixels {
  const { width, height } = image;
  const [, context] = canvas(width, height, wide);
  context.drawImage(image, 0, 0);
  const { data, colorSpace } = context.getImageData(0, 0, width, height);
  return { data: data as Uint8ClampedArray<ArrayBuffer>, width, height, space: colorSpace ?? "srgb" };
}
