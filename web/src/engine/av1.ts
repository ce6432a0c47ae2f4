// AV1 key frames by WebCodecs; client/variant/avif makes files of them. Runs in the codec workers. What the encoder
// understands is found by trying it: browsers differ, and say that they support what they ignore.

/** Encodes one frame with settings of a kind; undefined if this browser cannot. */
async function frame(area: OffscreenCanvas, settings: Settings): Promise<Uint8Array<ArrayBuffer> | undefined> {
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
}

/**
 * Of 255: where the view of a photo is at least as good as libwebp's at quality 80 by butteraugli and SSIM. The encoders
 * of browsers are made for calls, so that this is no larger than the WebP for two photos in five; else it is left out.
 */
const quantizer = 50;

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
    return (await size(undefined)) === undefined ? undefined : { quantizer: undefined };
  return { quantizer: coarse !== undefined && middle > 1.2 * coarse ? quantizer : Math.round(quantizer / 4) };
}

/** The picture as one key frame; undefined where that is not to be had. */
export async function keyFrame(area: OffscreenCanvas): Promise<Uint8Array<ArrayBuffer> | undefined> {
  settings ??= probe().catch(() => undefined);
  const known = await settings;
  return known && frame(area, known);
}
