// A codec worker: decodes a photo with the browser's own codecs and makes its variants. No Go, no secrets.
import { code, decode, shrink, softScaler, truthful } from "./canvas.ts";
import { Fault } from "./fault.ts";
import type { CodecCalls, Coded, Spec } from "./protocol.ts";
import { serve } from "./worker.ts";

/** Whether to scale in two steps; measured once, with the first photo. */
let soft: Promise<boolean> | undefined;

async function encode(photo: Blob, plan: readonly Spec[]): Promise<readonly Coded[]> {
  if (!truthful()) throw new Fault("poisoned");
  soft ??= softScaler();
  const made: Coded[] = [];
  let image = await decode(photo);
  try {
    for (const spec of plan) {
      const smaller = await shrink(image, spec.width, spec.height, await soft);
      if (smaller !== image) image.close();
      image = smaller;
      made.push(await code(image, spec));
    }
  } finally {
    image.close();
  }
  return made;
}

serve<CodecCalls>({ encode });
