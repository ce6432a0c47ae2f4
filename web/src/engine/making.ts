// Which codecs make the pictures of a photo: the browser's own where they can be used and believed, else those that come
// with the page, loaded then. Decided by trying, never by the name of a browser.
import { type Edits, reframes } from "../editor/edits.ts";
import { Elsewhere, everywhere, isOneOf, type LibraryName, ofEngine, type Pools, weightOf } from "./elsewhere.ts";
import { Fault, faultOf } from "./fault.ts";
import { media } from "./photo.ts";
import type {
  CodecCalls,
  Coded,
  Frame,
  Inspected,
  KeyFrames,
  Made,
  Pixels,
  Source,
  Spec,
  Stripped,
  Worked,
} from "./protocol.ts";

/** After so many photos for which AV1 was the larger one it is not tried any more. */
const patience = 4;

/**
 * AVIF goes along where it is so much smaller than the WebP that it stands beside. Of 48 photos those for which it is not are
 * where some have a spot that is worse than in libwebp's at quality 80 (by butteraugli up to 1.17 times as far off); as in
 * client/variant, Worth.
 */
const worth = 0.9;

const frameOf = ({ media, width, height, orientation, wide, profile = false }: Frame): Frame => ({
  media,
  width,
  height,
  orientation,
  wide,
  profile,
});
/** A view as it was coded, kept to be coded in the other format. */
export interface View {
  readonly coded: Coded;
  readonly image: ImageBitmap;
  readonly quality: number;
}

/** Who wants to hear of what happens on the way. */
export interface Hearing {
  /** Is given the view, if it can be had. */
  readonly kept?: ((view: View) => void) | undefined;
  /** The browser decodes it: nothing but memory can be in the way any more. */
  readonly decoded?: (() => void) | undefined;
}

export class Maker {
  readonly #pools: Pools;
  readonly #elsewhere: Elsewhere;
  /** This browser's canvas is not there, or does not tell the truth. */
  #foreign = false;
  /** How often one after the other AV1 came out larger than WebP. */
  #lost = 0;

  constructor(pools: Pools, compiled: (name: LibraryName) => Promise<WebAssembly.Module>) {
    this.#pools = pools;
    this.#elsewhere = new Elsewhere(pools, compiled);
  }

  /**
   * Makes what a plan lists. Nothing of a photo that nobody here decodes: its original goes alone.
   */
  async make(
    photo: Blob,
    plan: readonly Spec[],
    about: Frame,
    signal: AbortSignal,
    { kept, decoded }: Hearing = {},
  ): Promise<readonly Coded[]> {
    if (plan.length === 0) return [];
    const frame = frameOf(about);
    try {
      return await this.#either(
        photo,
        frame,
        signal,
        (source) => this.#native(source, plan, frame, signal, { kept, decoded }),
        async (pixels) =>
          this.#byLibraries(await this.#elsewhere.toSRGB(pixels, photo, frame, signal), plan, frame, signal),
      );
    } catch (thrown) {
      if (faultOf(thrown).code !== "no-decoder") throw thrown;
      if (isOneOf(everywhere, frame.media)) throw new Fault("damaged");
      return [];
    }
  }

  /** The tile set of a large photo, where there are codecs for it here. */
  async tiles(photo: Blob, spec: Spec, about: Frame, signal: AbortSignal): Promise<Coded | undefined> {
    const frame = frameOf(about);
    const { codec, library } = this.#pools;
    const made = await this.#either(
      photo,
      frame,
      signal,
      (source) => codec.run("tiles", [source, spec, frame], weightOf(frame), signal),
      async (pixels) => {
        const args = [
          await this.#elsewhere.toSRGB(pixels, photo, frame, signal),
          spec,
          await this.#elsewhere.libraries("webp"),
        ];
        return library.run("tiles", args, weightOf(frame), signal);
      },
    );
    return made as Coded | undefined;
  }

  /** A view in the other format, where this device has one and it pays: WebP that is no larger, AVIF that is clearly smaller. */
  async other(
    { coded, image, quality }: View,
    about: Pick<Stripped, "wide" | "media">,
    signal: AbortSignal,
  ): Promise<Coded | undefined> {
    const { role, width, height, blob, media: first } = coded;
    const fromAV1 = first === media["image/avif"];
    if (!fromAV1 && this.#lost >= patience) {
      image.close();
      return undefined;
    }
    const call = [image, coded, quality, about.wide, about.media === media["image/jpeg"]];
    const made = (await this.#pools.codec.run("other", call, width * height, signal)) as ReturnType<
      CodecCalls["other"]
    >;
    if (made instanceof Blob)
      return made.size > blob.size ? undefined : { role, media: media["image/webp"], width, height, blob: made };
    this.#lost = made === undefined ? patience : this.#lost + 1;
    if (!made || made.color.length + (made.alpha?.length ?? 0) > worth * blob.size) return undefined;
    const file = await this.#mux(made, coded, signal);
    if (file.size > worth * blob.size) return undefined;
    const args = [file, blob];
    if (made.alpha && !(await this.#pools.codec.run("clearAlike", args, width * height, signal))) return undefined;
    this.#lost = 0;
    return { role, media: media["image/avif"], width, height, blob: file };
  }

  async #mux(frames: KeyFrames, { width, height }: Coded, signal: AbortSignal): Promise<Blob> {
    const { strip } = this.#pools;
    return ((await strip.run("mux", [frames, width, height], 0, signal, true)) as Worked<Blob>).value;
  }

  /** New pixels by one pinned setting for everybody: the engine's scaler, libwebp. */
  async pixelsOnly(photo: Blob, plan: readonly Spec[], about: Frame, signal: AbortSignal): Promise<readonly Coded[]> {
    const frame = frameOf(about);
    const pixels = await this.#plain(photo, frame, signal);
    const [largest] = plan;
    if (!largest) return [];
    const { value } = (await this.#pools.strip.run(
      "scale",
      [pixels, largest.width, largest.height],
      pixels.data.length,
      signal,
    )) as Worked<Pixels>;
    const { asSRGB = false } = pixels;
    return this.#byLibraries({ ...value, asSRGB }, plan, frame, signal);
  }

  /** A photo made of the pixels of one that is not taken as it is: a PNG, stripped. */
  convert(photo: Blob, looked: Inspected, signal: AbortSignal): Promise<Stripped> {
    const { codec } = this.#pools;
    return this.#anew(photo, looked, signal, (source, frame) =>
      codec.run("png", [source, frame], weightOf(frame), signal),
    );
  }

  /** A photo made of what edits leave of another: lossless where that was, else a JPEG. */
  async edit(photo: Blob, about: Stripped, edits: Edits, signal: AbortSignal): Promise<Stripped> {
    const { codec } = this.#pools;
    const lossless = about.alpha || isOneOf(ofEngine, about.media);
    const made = await this.#anew(
      photo,
      about,
      signal,
      (source, frame) => codec.run("edit", [source, frame, edits, lossless], weightOf(frame), signal),
      async (pixels) => (await codec.run("editPixels", [pixels, edits], pixels.data.length, signal)) as Pixels,
    );
    // A panorama that was cut or turned lies in another way, which nobody knows; one in which something was covered does not.
    return about.pose && !reframes(edits) ? { ...made, pose: about.pose } : made;
  }

  /** A new photo, of which is known what the one it was made of gave away. */
  async #anew(
    photo: Blob,
    about: Inspected | Stripped,
    signal: AbortSignal,
    native: (source: Source, frame: Frame) => Promise<unknown>,
    foreign: (pixels: Pixels) => Promise<Pixels> = async (pixels) => pixels,
  ): Promise<Stripped> {
    const frame = frameOf(about);
    let asSRGB = false;
    const stripped = (call: "strip" | "fromPixels", from: Source, weight: number) =>
      this.#pools.strip.run(call, [from], weight, signal) as Promise<Worked<Stripped>>;
    const { value } = await this.#either(
      photo,
      frame,
      signal,
      async (source) => {
        const made = (await native(source, frame)) as Blob;
        return stripped("strip", made, made.size);
      },
      async (pixels) => {
        const plain = await this.#elsewhere.toSRGB(pixels, photo, frame, signal);
        asSRGB = plain.asSRGB ?? false;
        const made = await foreign(plain);
        return stripped("fromPixels", made, made.data.length);
      },
    );
    const { findings, caption, credit } = about;
    return { ...value, findings, caption, credit, asSRGB };
  }

  /** Runs natively if that can be, first with the file, then with pixels that were decoded elsewhere; else foreign. */
  async #either<Value>(
    photo: Blob,
    frame: Frame,
    signal: AbortSignal,
    native: (source: Source) => Promise<Value>,
    foreign: (pixels: Pixels) => Promise<Value>,
  ): Promise<Value> {
    if (!this.#foreign)
      try {
        return await native(photo);
      } catch (thrown) {
        const { code } = faultOf(thrown);
        if (code === "poisoned" || code === "no-canvas") this.#foreign = true;
        else if (code !== "no-decoder" || signal.aborted) throw thrown;
      }
    if (!this.#foreign && isOneOf(everywhere, frame.media)) throw new Fault("no-decoder");
    const pixels = await this.#elsewhere.decode(photo, frame, signal);
    return this.#foreign ? foreign(pixels) : native(await this.#elsewhere.known(pixels, photo, frame, signal));
  }

  async #native(
    source: Source,
    plan: readonly Spec[],
    frame: Frame,
    signal: AbortSignal,
    { kept, decoded }: Hearing,
  ): Promise<readonly Coded[]> {
    const { codec, library } = this.#pools;
    const call = [source, plan, frame, kept !== undefined];
    const made = (await codec.run("make", call, weightOf(frame), signal, false, decoded)) as Made;
    const { flat, view } = made;
    if (made.unclear) {
      const pixels = (await codec.run("pixels", [source, frame], weightOf(frame), signal)) as Pixels;
      return this.#byLibraries(pixels, plan, frame, signal);
    }
    const variants = made.bare && view ? await this.#dressed(made.variants, view.at, signal) : made.variants;
    const viewed = view && variants[view.at];
    if (viewed) kept?.({ ...view, coded: viewed });
    const poor = flat && variants[flat.at];
    if (!poor) return variants;
    const libraries = await this.#elsewhere.libraries("webp");
    const exact = (await library.run("lossless", [flat.pixels, libraries], weightOf(poor), signal)) as Blob;
    if (exact.size >= poor.blob.size) return variants;
    return variants.with(flat.at, { ...poor, media: media["image/webp"], blob: exact });
  }

  /** Puts the file around the key frame of a view. */
  async #dressed(variants: readonly Coded[], at: number, signal: AbortSignal): Promise<readonly Coded[]> {
    const view = variants[at];
    if (!view) return variants;
    const blob = await this.#mux({ color: new Uint8Array(await view.blob.arrayBuffer()) }, view, signal);
    return variants.with(at, { ...view, blob });
  }

  async #byLibraries(pixels: Pixels, plan: readonly Spec[], frame: Frame, signal: AbortSignal) {
    const libraries = await this.#elsewhere.libraries("webp", "resize");
    const made = (await this.#pools.library.run("make", [pixels, plan, libraries], weightOf(frame), signal)) as Coded[];
    return pixels.asSRGB ? made.map((coded) => ({ ...coded, asSRGB: true })) : made;
  }

  /** Pixels in sRGB. */
  #plain(photo: Blob, frame: Frame, signal: AbortSignal): Promise<Pixels> {
    return this.#either(
      photo,
      frame,
      signal,
      (source) => this.#pools.codec.run("pixels", [source, frame], weightOf(frame), signal) as Promise<Pixels>,
      (pixels) => this.#elsewhere.toSRGB(pixels, photo, frame, signal),
    );
  }
}
