// The bar above the photo: where one is, Info, and the original.
import type { Photo } from "../format/manifest.ts";
import { t } from "../lib/words.ts";
import type { Opened } from "../model/view-state.ts";
import { Icon } from "../ui/icon.tsx";
import { Mark, Word } from "../ui/mark.tsx";
import { percentWords, sizeWords } from "./amounts.ts";
import { bestOf, originalOf } from "./candidates.ts";
import type { Downloads } from "./use-download.ts";
import type { OpenMore } from "./use-more.ts";

export interface TopBarProps {
  readonly share: Opened;
  readonly i: number;
  readonly photo: Photo;
  readonly downloads: Downloads;
  readonly panel: boolean;
  readonly toggle: { current: HTMLButtonElement | null };
  readonly onPanel: () => void;
  readonly more: OpenMore;
}

export function TopBar(p: TopBarProps) {
  const n = p.share.photos.length;
  return (
    <header class="v-top">
      <div class="left">
        <a class="brand" href="./" aria-label={t("brand")}>
          <Mark />
          <Word />
        </a>
      </div>
      <h1 class="pos" aria-label={t("room.photo", { i: p.i + 1, n })}>
        {t("room.position", { i: p.i + 1, n })}
      </h1>
      <div class="right">
        {n > 1 ? (
          <button type="button" class="btn plain folds" data-testid="grid-open" onClick={() => p.more("grid")}>
            <Icon name="grid" />
            <span>{t("room.all")}</span>
          </button>
        ) : null}
        <button
          type="button"
          class="btn plain folds"
          ref={p.toggle}
          aria-expanded={p.panel}
          aria-controls={p.panel ? "info" : undefined}
          onClick={p.onPanel}
        >
          <Icon name="info" />
          <span>{t("room.info")}</span>
        </button>
        <Original {...p} />
      </div>
      <Saved downloads={p.downloads} />
    </header>
  );
}

function Original({ share, photo, i, downloads }: TopBarProps) {
  const { state } = downloads;
  const best = bestOf(photo);
  const original = originalOf(photo);
  if (!original && share.statement.stage === 1)
    return (
      <button type="button" class="btn folds" data-testid="download" disabled>
        <Icon name="down" />
        <span>{t("room.soon")}</span>
      </button>
    );
  if (!best) return null;
  if (state.is === "loading")
    return (
      <button type="button" class="btn folds is-busy" data-testid="download" onClick={downloads.cancel}>
        <Icon name="busy" />
        <span>{t("room.loading", { percent: percentWords(state.done) })}</span>
      </button>
    );
  const size = sizeWords(best.size);
  return (
    <button
      type="button"
      class="btn folds"
      data-testid="download"
      aria-label={t(original ? "room.original.long" : "room.best.long", { size })}
      onClick={() => downloads.one(i)}
    >
      <Icon name="down" />
      <span>{t(original ? "room.original" : "room.best", { size })}</span>
    </button>
  );
}

/** How the last download ended. */
function Saved({ downloads: { state } }: { readonly downloads: Downloads }) {
  if (state.is === "idle" && state.problem)
    return (
      <p class="notice v-notice" role="alert" data-testid="error" data-code={state.problem}>
        <Icon name="warn" />
        <span>{t(`save.failed.${state.problem}`)}</span>
      </p>
    );
  return (
    <p class="vh" role="status">
      {state.is === "idle" && state.saved ? t("save.done", { name: state.saved }) : ""}
    </p>
  );
}
