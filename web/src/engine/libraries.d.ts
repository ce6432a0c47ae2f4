// What is used of the codecs that come with the page: Emscripten's modules, wasm-bindgen's, and libheif.

declare module "@jsquash/jpeg/codec/dec/mozjpeg_dec.js" {
  interface Decoder {
    decode(file: BufferSource, upright: boolean): ImageData | null;
  }
  export default function start(options: object): Promise<Decoder>;
}

declare module "@jsquash/webp/codec/dec/webp_dec.js" {
  interface Decoder {
    decode(file: BufferSource): ImageData | null;
  }
  export default function start(options: object): Promise<Decoder>;
}

declare module "@jsquash/webp/codec/enc/webp_enc_simd.js" {
  interface Encoder {
    encode(rgba: BufferSource, width: number, height: number, options: object): Uint8Array<ArrayBuffer> | null;
  }
  export default function start(options: object): Promise<Encoder>;
}

declare module "@jsquash/resize/lib/resize/pkg/squoosh_resize.js" {
  export default function start(module: WebAssembly.Module): Promise<unknown>;
  export function resize(
    rgba: Uint8Array,
    width: number,
    height: number,
    toWidth: number,
    toHeight: number,
    method: number,
    premultiply: boolean,
    linear: boolean,
  ): Uint8ClampedArray<ArrayBuffer>;
}

declare module "libheif-js/libheif-wasm/libheif.js" {
  interface Image {
    is_primary(): boolean;
    get_width(): number;
    get_height(): number;
    display(
      into: { readonly data: Uint8ClampedArray; readonly width: number; readonly height: number },
      done: (shown: unknown) => void,
    ): void;
    free(): void;
  }
  interface Library {
    readonly HeifDecoder: new () => { decode(file: ArrayBuffer): Image[] };
  }
  export default function start(options: object): Library;
}
