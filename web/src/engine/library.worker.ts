// Codecs that come with the page, for browsers whose own cannot be used: one that hands out random pixels, one without
// a canvas for workers, one that writes no WebP or writes it badly. Loaded when there is need of them.
import mozjpeg from "@jsquash/jpeg/codec/dec/mozjpeg_dec.js";
import initResize, { resize } from "@jsquash/resize/lib/resize/pkg/squoosh_resize.js";
import webpDecoder from "@jsquash/webp/codec/dec/webp_dec.js";
import webpEncoder from "@jsquash/webp/codec/enc/webp_enc_simd.js";
import { defaultOptions } from "@jsquash/webp/meta.js";
import { type Placed, tileCount, tilePlace } from "../format/tile.ts";
import { Fault } from "./fault.ts";
import { type Media, media } from "./photo.ts";
import type { Coded, Libraries, LibraryCalls, Pixels, Spec } from "./protocol.ts";
import { setOf } from "./tile-blobs.ts";
import { serve } from "./worker.ts";

/** How Emscripten's modules are started with what is compiled already; they look for no file then. */
function started<Codec>(
  factory: (options: object) => Promise<Codec>,
  compiled: WebAssembly.Module | undefined,
): Promise<Codec> {
  if (!compiled) throw new Fault("internal");
  return factory({
    noInitialRun: true,
    locateFile: (name: string) => name,
    instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) {
      const instance = new WebAssembly.Instance(compiled, imports);
      done(instance);
      return instance.exports;
    },
  });
}

let jpeg: ReturnType<typeof mozjpeg> | undefined;
let decoder: ReturnType<typeof webpDecoder> | undefined;
let encoder: ReturnType<typeof webpEncoder> | undefined;
let scaler: Promise<unknown> | undefined;

async function decode(photo: Blob, kind: Media, libraries: Libraries): Promise<Pixels> {
  const bytes = await photo.arrayBuffer();
  const image = await decoded(bytes, kind, libraries);
  if (!image) throw new Fault("no-decoder");
  const { data, width, height } = image;
  return { data: data as Uint8ClampedArray<ArrayBuffer>, width, height, space: "srgb" };
}

async function decoded(bytes: ArrayBuffer, kind: Media, libraries: Libraries): Promise<ImageData | null> {
  if (kind === media["image/jpeg"]) {
    jpeg ??= started(mozjpeg, libraries.jpeg);
    return (await jpeg).decode(bytes, true); // upright
  }
  if (kind !== media["image/webp"]) return null;
  decoder ??= started(webpDecoder, libraries.webpDecoder);
  return (await decoder).decode(bytes);
}

/**
 * At quality 80 + 2 a view reaches the scores (butteraugli, SSIM) that libwebp's 80 reaches after the Lanczos of others, on
 * six of six photos; at 80 it does on three.
 */
const amends = 2;

async function make(pixels: Pixels, plan: readonly Spec[], libraries: Libraries): Promise<readonly Coded[]> {
  const made: Coded[] = [];
  let image = pixels;
  // New pixels are made by one setting everywhere; adding to it would tell who made them.
  const pinned = plan.some(({ plain }) => plain);
  for (const spec of plan) {
    image = await shrink(image, spec.width, spec.height, libraries);
    const more = pinned || image === pixels ? 0 : amends;
    let blob = await webp(image, { quality: Math.min(100, spec.quality + more) }, libraries);
    if (spec.lossless && isFlat(image)) {
      const exact = await lossless(image, libraries);
      if (exact.size < blob.size) blob = exact;
    }
    made.push({ role: spec.role, media: media["image/webp"], width: image.width, height: image.height, blob });
  }
  return made;
}

async function shrink(image: Pixels, width: number, height: number, libraries: Libraries): Promise<Pixels> {
  if (image.width <= width && image.height <= height) return image;
  if (!libraries.resize) throw new Fault("internal");
  scaler ??= initResize(libraries.resize);
  await scaler;
  const lanczos = 3;
  const source = new Uint8Array(image.data.buffer);
  const data = resize(source, image.width, image.height, width, height, lanczos, true, false);
  return { data, width, height, space: image.space };
}

async function webp(image: Pixels, options: object, { webp: compiled }: Libraries): Promise<Blob> {
  encoder ??= started(webpEncoder, compiled);
  const coder = await encoder;
  const coded = coder.encode(image.data, image.width, image.height, { ...defaultOptions, ...options });
  if (!coded) throw new Fault("internal");
  return new Blob([coded], { type: "image/webp" });
}

/** The tiles of a large photo, cut out and coded one after the other. */
async function tiles(pixels: Pixels, spec: Spec, libraries: Libraries): Promise<Coded | undefined> {
  if (pixels.width !== spec.width || pixels.height !== spec.height) return undefined;
  const blobs: Blob[] = [];
  for (let i = 0; i < tileCount(spec); i++)
    blobs.push(await webp(cut(pixels, tilePlace(spec, i)), { quality: spec.quality }, libraries));
  return setOf(spec, blobs);
}

function cut(pixels: Pixels, { x, y, width, height }: Placed): Pixels {
  const data = new Uint8ClampedArray(4 * width * height);
  for (let row = 0; row < height; row++) {
    const from = 4 * ((y + row) * pixels.width + x);
    data.set(pixels.data.subarray(from, from + 4 * width), 4 * width * row);
  }
  return { data, width, height, space: pixels.space };
}

const lossless = (pixels: Pixels, libraries: Libraries) => webp(pixels, { lossless: 1, quality: 75 }, libraries);

function isFlat({ data, width }: Pixels): boolean {
  const pixels = new Uint32Array(data.buffer);
  let same = 0;
  for (let i = 1; i < pixels.length; i++) if (i % width !== 0 && pixels[i] === pixels[i - 1]) same++;
  return 2 * same > pixels.length;
}

serve<LibraryCalls>({ decode, make, tiles, lossless });
