// The bar below the grid: how many are selected, and saving them or all.
import { useMemo } from "preact/hooks";
import { Icon } from "../ui/icon.tsx";
import { bytesOf, itemsOf, mostInMemory, picker, wayOf } from "./archive.ts";
import { originalOf } from "./candidates.ts";
import type { MoreProps } from "./page-parts.ts";
import type { Archive, ArchiveState } from "./use-archive.ts";

export interface GalleryFootProps extends MoreProps {
  readonly chosen: ReadonlySet<number>;
  readonly archive: Archive;
  readonly clear: () => void;
}

export function GalleryFoot(p: GalleryFootProps) {
  const { state } = p.archive;
  return (
    <footer class="g-foot">
      {state.is === "running" ? <Running {...p} state={state} /> : <Offer {...p} />}
      <Ended {...p} />
    </footer>
  );
}

function Offer({ share, chosen, archive, clear, t, sizeWords }: GalleryFootProps) {
  const n = chosen.size;
  // Names for 2,000 photos are not made anew whenever a thumb arrives.
  const items = useMemo(() => itemsOf(share.photos, n > 0 ? chosen : share.photos.keys()), [share, chosen, n]);
  const size = sizeWords(bytesOf(items));
  const missing = items.some(({ i }) => !share.photos[i] || !originalOf(share.photos[i]));
  const way = wayOf(items, picker() !== undefined);
  const single = way === "single" && items.length > 1;
  return (
    <>
      <p class="g-said" role="status">
        {n > 0 ? t("grid.selected", { n }) : t("grid.hint")}
        {missing ? ` ${t("grid.missing")}` : ""}
        {single ? ` ${t("zip.single", { size: sizeWords(mostInMemory) })}` : ""}
      </p>
      {n > 0 ? (
        <button type="button" class="btn plain" onClick={clear}>
          {t("grid.clear")}
        </button>
      ) : null}
      <button
        type="button"
        class="btn"
        data-testid="grid-download"
        data-way={way}
        disabled={items.length === 0}
        onClick={() => archive.save(items)}
      >
        <Icon name="down" />
        {n > 0 ? t("zip.some", { n, size }) : t("zip.all", { n: items.length, size })}
      </button>
    </>
  );
}

type Ongoing = Extract<ArchiveState, { is: "running" }>;

function Running({ state, archive, t, sizeWords }: GalleryFootProps & { readonly state: Ongoing }) {
  const words = t("zip.running", {
    done: sizeWords(state.done),
    total: sizeWords(state.total),
    i: state.n,
    n: state.of,
  });
  return (
    <>
      <div class="g-said">
        <p data-testid="zip-progress" data-done={state.done} data-broken={state.broken}>
          {state.broken ? t("zip.broken") : words}
        </p>
        <progress max={state.total} value={state.done} aria-label={t("zip.name")} />
      </div>
      <button type="button" class="btn" data-testid="zip-cancel" onClick={archive.cancel}>
        {t("zip.cancel")}
      </button>
    </>
  );
}

function Ended({ archive: { state }, t }: GalleryFootProps) {
  if (state.is === "idle" && state.problem)
    return (
      <p class="notice" role="alert" data-testid="error" data-code={state.problem}>
        <Icon name="warn" />
        <span>{t(`zip.failed.${state.problem}`)}</span>
      </p>
    );
  return (
    <p class="vh" role="status" data-testid="zip-ended">
      {state.is === "idle" && state.saved ? t("zip.done", { n: state.saved }) : ""}
    </p>
  );
}
