// Transparency for AV1, which codes a picture and its transparency apart: what is seen through a picture, and its colours
// without it.
import { drawn } from "./canvas.ts";

/** A picture's colours, nothing of them premultiplied, and its transparency. */
export interface Apart {
  readonly colours: OffscreenCanvas;
  readonly alpha: Uint8Array<ArrayBuffer>;
}

const pixelsOf = (area: OffscreenCanvas): ImageData | undefined =>
  area.getContext("2d")?.getImageData(0, 0, area.width, area.height);

/**
 * Whether transparency is all or nothing. Chromium 156 takes the luma of any AVIF's transparency for that of video, which begins at 16 and
 * ends at 235, whatever the file says: what is half transparent would not be seen as it was sent.
 */
const isHard = (alpha: Uint8Array) => alpha.every((value) => value === 0 || value === 255);

/** Whether anything is seen through a picture. */
export function isClear(area: OffscreenCanvas): boolean {
  const data = pixelsOf(area)?.data ?? [];
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return true;
  return false;
}

/** Takes the transparency off a picture, which is left without; undefined where there is none, false where AVIF would not keep it. */
export function apart(area: OffscreenCanvas): Apart | false | undefined {
  const image = pixelsOf(area);
  if (!image || !isClear(area)) return undefined;
  const { data, width, height } = image;
  const alpha = new Uint8Array(width * height);
  for (let i = 0; i < alpha.length; i++) alpha[i] = data[4 * i + 3] ?? 0;
  if (!isHard(alpha)) return false;
  spread(data, alpha, width);
  area.getContext("2d")?.putImageData(image, 0, 0);
  return { colours: area, alpha };
}

/**
 * Gives every pixel its colour in full, and those that nobody sees the one to the left, or above where nothing is seen to the left: an
 * edge to black would be costly, and seep into what is seen.
 */
function spread(data: Uint8ClampedArray, alpha: Uint8Array, width: number): void {
  const pixels = new Uint32Array(data.buffer);
  const solid = new Uint32Array(Uint8Array.of(0, 0, 0, 255).buffer)[0] ?? 0;
  let seen = false;
  for (let i = 0; i < alpha.length; i++) {
    const here = alpha[i] !== 0;
    seen = here || (seen && i % width !== 0);
    const from = here ? i : seen || i < width ? i - 1 : i - width;
    pixels[i] = (pixels[from] ?? 0) | solid;
  }
}

/** A frame whose luma is the transparency. Throws where this browser takes no planes of that size. */
export function planeOf(alpha: Uint8Array, width: number, height: number): VideoFrame {
  const luma = width * height;
  const data = new Uint8Array(luma + 2 * ((width + 1) >> 1) * ((height + 1) >> 1)).fill(128, luma);
  data.set(alpha);
  return new VideoFrame(data, {
    format: "I420",
    codedWidth: width,
    codedHeight: height,
    timestamp: 0,
    colorSpace: { primaries: "bt709", transfer: "iec61966-2-1", matrix: "bt709", fullRange: true },
  });
}

/** Steps of 255 by which transparency may be off anywhere: nobody sees them. */
const mostOff = 4;

/** Whether two files of a picture let the same through. */
export async function clearAlike(one: Blob, other: Blob): Promise<boolean> {
  const [a, b] = [await alphaOf(one), await alphaOf(other)];
  return a.length === b.length && a.every((value, i) => Math.abs(value - (b[i] ?? 0)) <= mostOff);
}

async function alphaOf(file: Blob): Promise<Uint8Array> {
  const image = await createImageBitmap(file);
  try {
    const { data } = pixelsOf(drawn(image, image.width, image.height)) ?? { data: [] };
    return Uint8Array.from({ length: data.length / 4 }, (_, i) => data[4 * i + 3] ?? 0);
  } finally {
    image.close();
  }
}
