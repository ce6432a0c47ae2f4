// Opens the editor on a chosen photo, and has done what it says. The editor is loaded when it is first wanted.
import type { edit } from "../editor/editor.lazy.tsx";
import type { Edits } from "../editor/edits.ts";
import { role } from "../engine/photo.ts";
import type { Coded } from "../engine/protocol.ts";
import { lazy, UpdatedError } from "../lib/lazy.ts";
import { t } from "../lib/words.ts";
import type { Photo, Prepare } from "../model/send-prepare.ts";

export async function editPhoto(photo: Photo, n: number, prepare: Prepare): Promise<void> {
  const { edits: before } = photo;
  const whole = photo.whole ?? ("stripped" in photo.work ? photo.work : undefined);
  if (!whole) return;
  try {
    const { edit: open } = await lazy<{ edit: typeof edit }>("editor");
    const edits: Edits | undefined = await open({
      image: await upright(photo, whole.stripped),
      n,
      edits: before,
      t,
    });
    if (edits) prepare.edit(photo.key, edits);
  } catch (thrown) {
    if (!(thrown instanceof UpdatedError)) throw thrown;
    prepare.stop("updated");
  }
}

type Sized = Pick<Coded, "blob" | "width" | "height">;

/** The whole photo for the eye. One that only the engine decodes shows as its view, which is whole as long as nothing was edited. */
function upright({ work, whole: before }: Photo, whole: Sized): Promise<ImageBitmap> {
  const view = work.kind === "ready" ? work.variants.find((variant) => variant.role === role.view) : undefined;
  return small(before || !view ? whole : view).catch(() => small(view ?? whole));
}

/** Made smaller while it is decoded, where the page does not wait for it. */
function small({ blob, width, height }: Sized): Promise<ImageBitmap> {
  const scale = shownOf(width / height) / Math.max(width, height);
  if (scale >= 1) return createImageBitmap(blob);
  const [resizeWidth, resizeHeight] = [width, height].map((edge) => Math.max(1, Math.round(edge * scale)));
  return createImageBitmap(blob, { resizeWidth, resizeHeight, resizeQuality: "high" } as ImageBitmapOptions);
}

/** The long edge in pixels that fits into the frame of the editor, whichever way the photo and the device are turned. */
function shownOf(ratio: number): number {
  const high = Math.min(640, 0.52 * Math.max(innerWidth, innerHeight));
  const wide = Math.min(960, high * Math.max(ratio, 1 / ratio));
  return Math.ceil(Math.max(high, wide) * Math.min(2, Math.max(1, devicePixelRatio)));
}
