// AV1 key frames by WebCodecs; client/variant/avif makes files of them. Runs in the codec workers. What the encoder
// understands is found by trying it: browsers differ, and say that they support what they ignore.
import { apart, planeOf } from "./clear.ts";
import type { KeyFrames } from "./protocol.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const hasCodec = () => typeof VideoEncoder !== "undefined" && typeof VideoFrame !== "undefined";

/** Encodes a picture with settings of a kind; undefined if this browser cannot. */
async function frame(area: OffscreenCanvas | ImageBitmap, settings: Quality): Promise<Bytes | undefined> {
  return hasCodec() ? encoded(new VideoFrame(area, { timestamp: 0 }), settings) : undefined;
}

/** Encodes one frame, and closes it. */
async function encoded(picture: VideoFrame, settings: Quality): Promise<Bytes | undefined> {
  let coded: Bytes | undefined;
  let failed: unknown;
  const encoder = new VideoEncoder({
    output(chunk) {
      coded = new Uint8Array(chunk.byteLength);
      chunk.copyTo(coded);
    },
    error(thrown) {
      failed = thrown;
    },
  });
  try {
    encoder.configure({
      codec: "av01.0.08M.08",
      width: picture.displayWidth,
      height: picture.displayHeight,
      latencyMode: "quality",
      ...(settings.quantizer === undefined
        ? { bitrateMode: "variable", bitrate: finest }
        : { bitrateMode: "quantizer" as const }),
    });
    const options = settings.quantizer === undefined ? {} : { av1: { quantizer: settings.quantizer } };
    encoder.encode(picture, { keyFrame: true, ...options });
    await Promise.race([encoder.flush(), new Promise((_, reject) => setTimeout(reject, mostMs))]);
  } catch (thrown) {
    failed = thrown ?? "too slow";
  } finally {
    picture.close();
    if (encoder.state !== "closed") encoder.close();
  }
  return failed === undefined ? coded : undefined;
}

/**
 * Where only a bitrate is heeded, one that no frame uses up: the encoder is as fine as it can be then. With 1e6 views came
 * out clearly worse than libwebp's at quality 80, and were taken, because they were smaller.
 */
const finest = 1e8;

/** Longer than this no encoder may take; some never answer. */
const mostMs = 20_000;

interface Quality {
  /** Undefined where the browser decides, by the bitrate. */
  readonly quantizer: number | undefined;
}

interface Settings extends Quality {
  /** Milliseconds for the sample. */
  readonly ms: number;
}

/**
 * Of 255: where the view of a photo is at least as good as libwebp's at quality 80 by butteraugli and SSIM. The encoders
 * of browsers are made for calls: fast where they are at home, and larger than WebP for most photos.
 */
const quantizer = 44;

let settings: Promise<Settings | undefined> | undefined;

/** Quantizers go from 0 to 255 in Chromium, to 63 in older ones, and are ignored in Firefox: seen by what small frames weigh. */
async function probe(): Promise<Settings | undefined> {
  const area = new OffscreenCanvas(128, 128);
  const context = area.getContext("2d");
  if (!context) return undefined;
  for (let i = 0; i < 256; i++) {
    context.fillStyle = `rgb(${(i * 37) % 256} ${(i * 91) % 256} ${(i * 53) % 256})`;
    context.fillRect(8 * (i % 16), 8 * (i >> 4), 8, 8);
  }
  const size = async (quantizer: number | undefined) => (await frame(area, { quantizer }))?.length;
  const [fine, middle, coarse] = [await size(10), await size(63), await size(200)];
  if (fine === undefined || middle === undefined || fine < 1.2 * middle)
    return (await size(undefined)) === undefined ? undefined : timed({ quantizer: undefined });
  return timed({ quantizer: coarse !== undefined && middle > 1.2 * coarse ? quantizer : Math.round(quantizer / 4) });
}

async function timed(found: Quality): Promise<Settings> {
  const area = sample();
  const began = performance.now();
  await frame(area, found);
  return { ...found, ms: performance.now() - began };
}

/** A picture that is no photo, but no empty sheet either. */
export function sample(): OffscreenCanvas {
  const area = new OffscreenCanvas(512, 384);
  const context = area.getContext("2d");
  for (let i = 0; i < 4096 && context; i++) {
    context.fillStyle = `rgb(${(i * 37) % 256} ${(i * 91) % 256} ${(i * 53) % 256})`;
    context.fillRect(8 * (i % 64), 6 * (i >> 6), 6 + (i % 5), 5 + (i % 3));
  }
  return area;
}

/** Finds out what the encoder understands, once. */
export function known(): Promise<Settings | undefined> {
  settings ??= probe().catch(() => undefined);
  return settings;
}

/** A picture without transparency as one key frame; undefined where that is not to be had. */
export async function keyFrame(area: OffscreenCanvas | ImageBitmap): Promise<Bytes | undefined> {
  const found = await known();
  return found && frame(area, found);
}

/** A picture as key frames, which takes its transparency off it; false where that cannot be kept. */
export async function keyFrames(area: OffscreenCanvas): Promise<KeyFrames | false | undefined> {
  const found = await known();
  if (!found) return undefined;
  const { width, height } = area;
  const parts = apart(area);
  if (parts === false) return false;
  const color = await frame(area, found);
  if (!color || !parts) return color && { color };
  const alpha = await plane(parts.alpha, width, height, found).catch(() => undefined);
  return alpha ? { color, alpha } : false;
}

/** Transparency as a key frame, as fine as the browser can. */
function plane(alpha: Uint8Array, width: number, height: number, { quantizer }: Settings): Promise<Bytes | undefined> {
  return encoded(planeOf(alpha, width, height), { quantizer: quantizer === undefined ? undefined : 0 });
}
