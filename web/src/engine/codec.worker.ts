// A codec worker: decodes a photo with the browser's own codecs and makes its variants. No Go, no secrets.
import { editPixels } from "../editor/pixels.ts";
import { clearAlike } from "./clear.ts";
import { edit, make, other, pixels, png, warm } from "./coding.ts";
import { compile, speedOf } from "./compile.ts";
import type { CodecCalls, Decoded } from "./protocol.ts";
import { tiles } from "./tiling.ts";
import { scope, serve } from "./worker.ts";

const decoded = () => scope.postMessage({ id: 0, decoded: true } satisfies Decoded);

serve<CodecCalls>({
  compile: async (engine) => ({ module: await compile(engine), speed: speedOf(engine) }),
  warm,
  make: (...args) => make(...args, decoded),
  tiles,
  other,
  clearAlike,
  pixels,
  png,
  edit,
  editPixels,
});
