// How the share looks to those who get it: the first photo in the viewer, on a phone. Drawn from what is here; nothing
// is fetched, no view is used.
import { role } from "../engine/photo.ts";
import { t } from "../lib/words.ts";
import type { Photo } from "../model/send-prepare.ts";
import { useBlobUrl } from "./hooks.ts";
import { Icon } from "./icon.tsx";
import { Mark } from "./mark.tsx";
import { thumbOf } from "./photo-card.tsx";

/** Photos in the film strip. */
const film = 4;

function viewOf({ work }: Photo): Blob | undefined {
  return work.kind === "ready" ? work.variants.find((variant) => variant.role === role.view)?.blob : undefined;
}

export function PhonePreview({ photos }: { readonly photos: readonly Photo[] }) {
  const first = photos[0];
  const url = useBlobUrl(first && viewOf(first));
  return (
    <aside class="stack close">
      <div class="phone room" role="img" aria-label={t("preview.label")}>
        <div class="screen">
          <div class="bar">
            <Mark />
            <span>{t("preview.of", { n: 1, all: photos.length })}</span>
            <Icon name="info" />
          </div>
          <div class="pic">{url ? <img src={url} alt="" /> : null}</div>
          <div class="film">
            {photos.slice(0, film).map((photo, i) => (
              <Frame key={photo.key} photo={photo} on={i === 0} />
            ))}
          </div>
        </div>
      </div>
      <p class="caption centred">{t("preview.caption")}</p>
    </aside>
  );
}

function Frame({ photo, on }: { readonly photo: Photo; readonly on: boolean }) {
  const url = useBlobUrl(thumbOf(photo));
  return url ? <img src={url} alt="" class={on ? "on" : ""} /> : null;
}
