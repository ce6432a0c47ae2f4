// A codec worker: decodes a photo with the browser's own codecs and makes its variants. No Go, no secrets.
import { editPixels } from "../editor/pixels.ts";
import { edit, make, other, pixels, png, warm } from "./coding.ts";
import type { CodecCalls } from "./protocol.ts";
import { tiles } from "./tiling.ts";
import { serve } from "./worker.ts";

serve<CodecCalls>({ warm, make, tiles, other, pixels, png, edit, editPixels });
