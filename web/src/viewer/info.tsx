// The panel beside a photo: what the sender says, and the facts.
import { useEffect, useRef } from "preact/hooks";
import type { Photo } from "../format/manifest.ts";
import { t } from "../lib/words.ts";
import type { Opened } from "../model/view-state.ts";
import { Icon } from "../ui/icon.tsx";
import { sizeWords, whenWords } from "./amounts.ts";
import { bestOf, originalOf } from "./candidates.ts";
import type { OpenMore } from "./use-more.ts";

export interface InfoProps {
  readonly share: Opened;
  readonly photo: Photo;
  readonly i: number;
  readonly more: OpenMore;
  readonly close: () => void;
  readonly focus: boolean;
}

export function Info({ share, photo, i, more, close, focus }: InfoProps) {
  const closer = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (focus) closer.current?.focus();
  }, [focus]);
  return (
    <aside class="info" id="info" aria-label={t("info.about")}>
      <span class="sheet-handle" />
      <div class="info-head">
        <h2>{t("info.photo", { i: i + 1 })}</h2>
        <button type="button" class="btn icon-only" aria-label={t("close")} ref={closer} onClick={close}>
          <Icon name="close" />
        </button>
      </div>
      <Said photo={photo} />
      <Facts share={share} photo={photo} />
      <p class="caption">
        {photo.alt ? `${t("info.by")} ` : ""}
        {t("info.stripped")}
      </p>
      <FromSender share={share} />
      <All share={share} more={more} />
    </aside>
  );
}

function Said({ photo }: { readonly photo: Photo }) {
  return (
    <div class="said">
      <p class={photo.alt ? "alt" : "quiet"}>{photo.alt || t(photo.decorative ? "info.decorative" : "info.none")}</p>
      {photo.caption ? <p class="pre">{photo.caption}</p> : null}
    </div>
  );
}

function Facts({ share: { statement, skew, taken }, photo }: { readonly share: Opened; readonly photo: Photo }) {
  const now = Date.now();
  const best = bestOf(photo);
  const original = originalOf(photo);
  const left = Math.max(0, statement.viewLimit - taken);
  return (
    <dl class="facts">
      {photo.credit ? (
        <>
          <dt>{t("info.credit")}</dt>
          <dd>{photo.credit}</dd>
        </>
      ) : null}
      <dt>{t("info.sent")}</dt>
      <dd>{whenWords(statement.created - skew, now)}</dd>
      <dt>{t("info.expires")}</dt>
      <dd>{whenWords(statement.expires - skew, now)}</dd>
      {statement.viewLimit > 0 ? (
        <>
          <dt>{t("info.left")}</dt>
          <dd>{t("info.left.of", { left, n: statement.viewLimit })}</dd>
        </>
      ) : null}
      {best ? (
        <>
          <dt>{original ? t("info.original") : t("room.single")}</dt>
          <dd>{t("info.size", { width: `${photo.width}`, height: `${photo.height}`, size: sizeWords(best.size) })}</dd>
        </>
      ) : null}
    </dl>
  );
}

function FromSender({ share: { title, words } }: { readonly share: Opened }) {
  if (!title && !words) return null;
  return (
    <section class="said">
      <h3>{title || t("info.words")}</h3>
      {words ? <p class="pre">{words}</p> : null}
    </section>
  );
}

function All({ share, more }: { readonly share: Opened; readonly more: OpenMore }) {
  const n = share.photos.length;
  if (n < 2) return null;
  return (
    <button type="button" class="btn wide" onClick={() => more("grid")}>
      <Icon name="grid" />
      {t("info.all", { n })}
    </button>
  );
}
