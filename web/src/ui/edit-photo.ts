// Opens the editor on a chosen photo, and has done what it says. The editor is loaded when it is first wanted.
import type { edit } from "../editor/editor.lazy.tsx";
import type { Edits } from "../editor/edits.ts";
import { role } from "../engine/photo.ts";
import { lazy, UpdatedError } from "../lib/lazy.ts";
import { t } from "../lib/words.ts";
import type { Photo, Prepare } from "../model/send-prepare.ts";

/** The long edge of what the editor shows, in pixels. */
const shown = 1600;

export async function editPhoto(photo: Photo, n: number, prepare: Prepare): Promise<void> {
  const { edits: before } = photo;
  const whole = photo.whole ?? ("stripped" in photo.work ? photo.work : undefined);
  if (!whole) return;
  try {
    const { edit: open } = await lazy<{ edit: typeof edit }>("editor");
    const edits: Edits | undefined = await open({
      image: await upright(photo, whole.stripped.blob),
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

/** The whole photo for the eye. One that only the engine decodes shows as its view, which is whole as long as nothing was edited. */
async function upright(photo: Photo, whole: Blob): Promise<ImageBitmap> {
  const { work } = photo;
  const view = work.kind === "ready" ? work.variants.find((variant) => variant.role === role.view)?.blob : undefined;
  const image = await createImageBitmap(photo.whole || !view ? whole : view).catch(() =>
    createImageBitmap(view ?? whole),
  );
  const scale = shown / Math.max(image.width, image.height);
  if (scale >= 1) return image;
  try {
    return await createImageBitmap(image, { resizeWidth: Math.round(image.width * scale), resizeQuality: "high" });
  } finally {
    image.close();
  }
}
