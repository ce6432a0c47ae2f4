// Coding with the browser's own encoders, in whatever format this one has. Runs in the codec workers.
import { applyEdits } from "../editor/apply.ts";
import type { Edits } from "../editor/edits.ts";
import { keyFrame, keyFrames, known, sample } from "./av1.ts";
import { canvas, close, decode, drawn, type Picture, pixelsOf, shrink, softScaler, truthful } from "./canvas.ts";
import { isClear } from "./clear.ts";
import { Fault } from "./fault.ts";
import { media, mediaOf, role } from "./photo.ts";
import { promising } from "./promising.ts";
import type { Coded, Frame, KeyFrames, Made, Pixels, Source, Spec } from "./protocol.ts";

/** The format of views, and what a browser makes of it that cannot write it (it answers with PNG, unasked). */
const wanted = "image/webp";
const instead = "image/jpeg";

/**
 * What a scaler costs is paid back by the encoder: at quality 80 + 4 a view reaches the scores (butteraugli, SSIM) that
 * libwebp's 80 reaches after Lanczos, and at 80 + 3 where the JPEG decoder has scaled. Measured on six photos, of which a
 * scaler that is not soft (Firefox) leaves two worse at 80 + 2, and one at 80 + 3.
 */
const amends = { scaled: 4, decoded: 3 } as const;

/** Whether to scale in two steps; measured once, with the first photo. */
let softness: Promise<boolean> | undefined;

/** Whether scalers are soft here. Fails where the canvas lies. */
export function ready(): Promise<boolean> {
  softness ??= (async () => {
    if (!truthful()) throw new Fault("poisoned");
    return softScaler();
  })();
  // Somebody who has allowed it meanwhile is asked anew.
  softness.catch(() => {
    softness = undefined;
  });
  return softness;
}

const edge = ({ width, height }: { readonly width: number; readonly height: number }) => Math.max(width, height);

interface Step {
  readonly spec: Spec;
  readonly image: Picture;
  /** Which quality makes up for how it was scaled. */
  readonly quality: number;
  readonly wide: boolean;
}

/** Decodes a photo and scales it to each size of a plan, the largest first. */
async function each(
  source: Source,
  plan: readonly Spec[],
  frame: Frame,
  decoded: () => void,
  then: (step: Step) => Promise<void>,
) {
  const soft = await ready();
  const largest = plan[0];
  if (!largest) return;
  // A halved JPEG is taken as it is where the plan asks for just that size; to be scaled once more it needs reserves.
  const half = 2 * edge(largest) >= edge(frame) && 2 * edge(largest) <= edge(frame) + 2;
  let image = await decode(source, frame, half ? edge(largest) : 1.9 * edge(largest), soft);
  decoded();
  try {
    for (const spec of plan) {
      const smaller = await shrink(image, spec.width, spec.height, soft);
      const scaled = smaller !== image;
      if (scaled) close(image);
      image = smaller;
      const more = edge(image) === edge(frame) ? 0 : scaled ? amends.scaled : amends.decoded;
      const wide = frame.wide && !spec.plain && spec.role !== role.preview;
      await then({ spec, image, quality: Math.min(100, spec.quality + more), wide });
    }
  } finally {
    close(image);
  }
}

/** Makes what a plan lists, the largest first. decoded is called when nothing but memory can be in the way any more. */
export async function make(
  source: Source,
  plan: readonly Spec[],
  frame: Frame,
  both: boolean,
  decoded: () => void,
): Promise<Made> {
  const variants: Coded[] = [];
  let more: Omit<Made, "variants"> = {};
  await each(source, plan, frame, decoded, async (step) => {
    const at = variants.length;
    const first = both && step.spec.role === role.view && !step.spec.later;
    if (more.unclear) return;
    const av1 = first && !step.spec.lossless && prefersAV1 ? await asAV1(step, frame) : undefined;
    const { coded, poorly, exact, area, unclear } = av1 ?? (await code(step, frame));
    if (unclear) more = { unclear };
    if (av1) more = { ...more, bare: true };
    if (poorly) more = { ...more, flat: { at, pixels: pixelsOf(step.image, step.wide) } };
    else if (first && !exact && !unclear)
      more = { ...more, view: { at, image: area.transferToImageBitmap(), quality: step.quality } };
    variants.push(coded);
  });
  return { variants, ...more };
}

const practice = [ready, known, timeAV1];

/** Finds out what this browser is good at, a little at a time, before somebody waits for it. */
export async function warm(step: number): Promise<void> {
  await practice[step]?.();
}

/** An AV1 key frame is made so much faster here than WebP that it pays to open with it, though it is larger. */
let prefersAV1 = false;

/** It is faster by being made on several cores; where there are few, they are busy stripping. */
const coresForAV1 = 4;

async function timeAV1(): Promise<void> {
  if (navigator.hardwareConcurrency < coresForAV1) return;
  const settings = await known();
  const began = performance.now();
  await sample().convertToBlob({ type: wanted, quality: 0.86 });
  const ms = performance.now() - began;
  // Where no quantizer is heeded even the finest frame has spots worse than WebP's: good for a second view, if it is smaller.
  prefersAV1 = settings?.quantizer !== undefined && settings.ms < 0.8 * ms;
}

/** Transparency takes a second frame, behind the link: the share opens with WebP then. */
async function asAV1({ image, spec, wide }: Step, frame: Frame): Promise<Result | undefined> {
  const { width, height } = image;
  const area = drawn(image, width, height, wide);
  if (frame.media !== media["image/jpeg"] && isClear(area)) return undefined;
  const bytes = await keyFrame(area);
  const coded = bytes && { role: spec.role, media: media["image/avif"], width, height, blob: new Blob([bytes]) };
  return coded && { coded, poorly: false, exact: false, area };
}

export async function other(view: ImageBitmap, coded: Coded, quality: number, wide: boolean, opaque: boolean) {
  if (opaque && coded.media !== media["image/avif"]) return colours(view, quality);
  const area = drawn(view, view.width, view.height, wide);
  view.close();
  if (coded.media !== media["image/avif"]) return keyFrames(area);
  const blob = await area.convertToBlob({ type: wanted, quality: quality / 100 });
  return blob.type === wanted ? blob : undefined;
}

/** Of a picture that nothing is seen through. */
async function colours(view: ImageBitmap, quality: number): Promise<KeyFrames | false | undefined> {
  try {
    if (!(await promising(view, quality))) return false;
    const color = await keyFrame(view);
    return color && { color };
  } finally {
    view.close();
  }
}

export async function pixels(source: Source, frame: Frame): Promise<Pixels> {
  await ready();
  const image = await decode(source, frame, Number.POSITIVE_INFINITY, false);
  try {
    return pixelsOf(image, false);
  } finally {
    close(image);
  }
}

export async function png(source: Source, frame: Frame): Promise<Blob> {
  await ready();
  const image = await decode(source, frame, Number.POSITIVE_INFINITY, false);
  try {
    return await drawn(image, image.width, image.height, frame.wide).convertToBlob({ type: "image/png" });
  } finally {
    close(image);
  }
}

export async function edit(source: Source, frame: Frame, edits: Edits, lossless: boolean): Promise<Blob> {
  await ready();
  return applyEdits(await decode(source, frame, Number.POSITIVE_INFINITY, false), edits, lossless, frame.wide);
}

/** More than half of the pixels equal their left neighbour, as in client/variant: a screen or a drawing. */
function isFlat({ data, width }: ImageData): boolean {
  const pixels = new Uint32Array(data.buffer);
  let same = 0;
  for (let i = 1; i < pixels.length; i++) if (i % width !== 0 && pixels[i] === pixels[i - 1]) same++;
  return 2 * same > pixels.length;
}

interface Result {
  readonly coded: Coded;
  /** It is flat, and this browser's lossless coder a poor one. */
  readonly poorly: boolean;
  /** It is coded without loss, and nothing else is as good. */
  readonly exact: boolean;
  /** Something is seen through it, which is lost. */
  readonly unclear?: boolean;
  readonly area: OffscreenCanvas;
}

/** Codes an image. A quality of 1 is lossless WebP, in every browser that writes WebP, if not always a small one. */
async function code({ image, spec, quality, wide }: Step, frame: Frame): Promise<Result> {
  const [area, context] = canvas(image.width, image.height, wide);
  context.drawImage(image, 0, 0);
  let blob = await area.convertToBlob({ type: wanted, quality: quality / 100 });
  let [poorly, without, unclear] = [false, false, false];
  const flat = spec.lossless && isFlat(context.getImageData(0, 0, image.width, image.height));
  if (blob.type !== wanted) {
    poorly = flat && !wide;
    unclear = frame.media !== media["image/jpeg"] && isClear(area);
    blob = await asJpeg(area, context, quality);
  } else if (flat) {
    const exact = await area.convertToBlob({ type: wanted, quality: 1 });
    without = exact.size < blob.size;
    if (without) blob = exact;
    poorly = !wide && (await poor()); // the coder that comes with the page writes no profile
  }
  const kind = mediaOf(blob.type);
  if (!kind) throw new Fault("no-canvas");
  return {
    coded: { role: spec.role, media: kind, width: image.width, height: image.height, blob },
    poorly,
    exact: without,
    area,
    unclear,
  };
}

/** JPEG has no transparency: white paper goes under it. */
function asJpeg(area: OffscreenCanvas, context: OffscreenCanvasRenderingContext2D, quality: number): Promise<Blob> {
  context.globalCompositeOperation = "destination-over";
  context.fillStyle = "white";
  context.fillRect(0, 0, area.width, area.height);
  return area.convertToBlob({ type: instead, quality: quality / 100 });
}

let poorness: Promise<boolean> | undefined;

/**
 * Whether this browser's lossless WebP is much larger than libwebp's usual setting makes it: Chromium's is four to seven
 * times as large on text. Seen on a pattern that repeats itself, which low effort does not notice.
 */
function poor(): Promise<boolean> {
  poorness ??= (async () => {
    const [area, context] = canvas(256, 256);
    for (let i = 0; i < 4096; i++) {
      const x = i % 64;
      context.fillStyle = ((x * 7919 + ((i >> 6) % 8) * 104_729) >> 3) % 3 === 0 ? "black" : "white";
      context.fillRect(4 * x, 4 * (i >> 6), 4, 4);
    }
    return (await area.convertToBlob({ type: wanted, quality: 1 })).size > poorFrom;
  })();
  return poorness;
}

/** Bytes of that pattern, half-way between what both make of it. */
const poorFrom = 300;
