// HEIC, which few browsers decode: libheif, a file of its own (LGPL, see its licence beside it), loaded when somebody
// chooses such a photo.
import libheif from "libheif-js/libheif-wasm/libheif.js";
import { Fault } from "./fault.ts";
import type { HeifCalls, Pixels } from "./protocol.ts";
import { serve } from "./worker.ts";

let library: ReturnType<typeof libheif> | undefined;

function start(compiled: WebAssembly.Module): ReturnType<typeof libheif> {
  return libheif({
    instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) {
      const instance = new WebAssembly.Instance(compiled, imports);
      done(instance);
      return instance.exports;
    },
  });
}

/** Decodes upright; the pixels are those of the profile in the file, which for wide ones is Display P3. */
async function decode(photo: Blob, wide: boolean, compiled: WebAssembly.Module): Promise<Pixels> {
  library ??= start(compiled);
  const images = new library.HeifDecoder().decode(await photo.arrayBuffer());
  const image = images.find((candidate) => candidate.is_primary()) ?? images[0];
  if (!image) throw new Fault("no-decoder");
  const [width, height] = [image.get_width(), image.get_height()];
  const data = new Uint8ClampedArray(4 * width * height);
  try {
    const shown = await new Promise((resolve) => image.display({ data, width, height }, resolve));
    if (!shown) throw new Fault("damaged");
  } finally {
    for (const one of images) one.free();
  }
  return { data, width, height, space: wide ? "display-p3" : "srgb" };
}

serve<HeifCalls>({ decode });
