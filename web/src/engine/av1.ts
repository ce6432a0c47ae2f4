// AV1 key frames by WebCodecs; client/variant/avif makes files of them. Runs in the codec workers. What the encoder
// understands is found by trying it: browsers differ, and say that they support what they ignore.

/** Encodes one frame with settings of a kind; undefined if this browser cannot. */
async function frame(
  area: OffscreenCanvas,
  settings: Pick<Settings, "quantizer">,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (typeof VideoEncoder === "undefined" || typeof VideoFrame === "undefined") return undefined;
  let coded: Uint8Array<ArrayBuffer> | undefined;
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
  const picture = new VideoFrame(area, { timestamp: 0 });
  try {
    encoder.configure({
      codec: "av01.0.08M.08",
      width: area.width,
      height: area.height,
      latencyMode: "quality",
      ...(settings.quantizer === undefined
        ? { bitrateMode: "variable", bitrate: 1e6 }
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

/** Longer than this no encoder may take; some never answer. */
const mostMs = 20_000;

interface Settings {
  /** Undefined where the browser decides. */
  readonly quantizer: number | undefined;
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

async function timed(found: Pick<Settings, "quantizer">): Promise<Settings> {
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

/** The picture as one key frame; undefined where that is not to be had. */
export async function keyFrame(area: OffscreenCanvas): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const found = await known();
  return found && frame(area, found);
}
