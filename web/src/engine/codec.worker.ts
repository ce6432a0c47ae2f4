// A codec worker: decodes a photo with the browser's own codecs and makes its variants. No Go, no secrets.
import { editPixels } from "../editor/pixels.ts";
import { edit, further, make, pixels, png } from "./coding.ts";
import type { CodecCalls } from "./protocol.ts";
import { serve } from "./worker.ts";

serve<CodecCalls>({ make, further, pixels, png, edit, editPixels });
