// Pixels without the browser: decoded by the engine and the codecs that come with the page, which are loaded when there is
// need of them, and turned into sRGB by the engine.
import { Fault } from "./fault.ts";
import { type Media, type MediaType, media } from "./photo.ts";
import type { Pool } from "./pool.ts";
import type { Frame, Libraries, Pixels, Worked } from "./protocol.ts";

/** Codecs that come with the page, by their names in its list of files. */
export type LibraryName = `codec-${"mozjpeg" | "resize" | "webp-encoder" | "webp-decoder" | "libheif"}`;

export interface Pools {
  readonly strip: Pool;
  readonly codec: Pool;
  readonly library: Pool;
  readonly heif: Pool;
}

type Kinds = readonly MediaType[];
/** What the engine decodes, what the small codecs do, and what every browser does: if it does not, the file is damaged. */
export const ofEngine: Kinds = ["image/png", "image/gif"];
const ofLibraries: Kinds = ["image/jpeg", "image/webp"];
export const everywhere: Kinds = [...ofEngine, ...ofLibraries];

export const isOneOf = (kinds: Kinds, kind: Media | 0) => kinds.some((name) => media[name] === kind);

export const weightOf = ({ width, height }: Pick<Frame, "width" | "height">) => width * height;

const files: { readonly [name in keyof Required<Libraries>]: LibraryName } = {
  jpeg: "codec-mozjpeg",
  resize: "codec-resize",
  webp: "codec-webp-encoder",
  webpDecoder: "codec-webp-decoder",
};

/** Whether this browser takes pixels of that space for what they are; one that does not know it takes them for sRGB. */
function knows(space: PredefinedColorSpace): boolean {
  try {
    return space === "srgb" || new ImageData(1, 1, { colorSpace: space }).colorSpace === space;
  } catch {
    return false;
  }
}

export class Elsewhere {
  readonly #pools: Pools;
  readonly #compiled: (name: LibraryName) => Promise<WebAssembly.Module>;

  constructor(pools: Pools, compiled: (name: LibraryName) => Promise<WebAssembly.Module>) {
    this.#pools = pools;
    this.#compiled = compiled;
  }

  /** Decodes. The pixels are those of the profile in the file. */
  async decode(photo: Blob, frame: Frame, signal: AbortSignal): Promise<Pixels> {
    const { strip, library, heif } = this.#pools;
    if (isOneOf(ofEngine, frame.media))
      return ((await strip.run("decode", [photo], photo.size, signal)) as Worked<Pixels>).value;
    if (isOneOf(ofLibraries, frame.media)) {
      const libraries = await this.libraries(frame.media === media["image/jpeg"] ? "jpeg" : "webpDecoder");
      return (await library.run("decode", [photo, frame.media, libraries], weightOf(frame), signal)) as Pixels;
    }
    if (frame.media !== media["image/heic"]) throw new Fault("no-decoder");
    const compiled = await this.#compiled("codec-libheif");
    return (await heif.run("decode", [photo, frame.wide, compiled], weightOf(frame), signal)) as Pixels;
  }

  /** Only the browser knows profiles without being asked; here the engine converts. */
  async toSRGB(pixels: Pixels, photo: Blob, frame: Frame, signal: AbortSignal): Promise<Pixels> {
    if (!frame.wide && !frame.profile) return pixels;
    const weight = pixels.data.length;
    return ((await this.#pools.strip.run("toSRGB", [pixels, photo], weight, signal)) as Worked<Pixels>).value;
  }

  /** As this browser takes them for what they are. */
  async known(pixels: Pixels, photo: Blob, frame: Frame, signal: AbortSignal): Promise<Pixels> {
    return knows(pixels.space) ? pixels : this.toSRGB(pixels, photo, frame, signal);
  }

  async libraries(...names: (keyof Libraries)[]): Promise<Libraries> {
    const compiled = await Promise.all(names.map(async (name) => [name, await this.#compiled(files[name])] as const));
    return Object.fromEntries(compiled);
  }
}
