// All photos at once: a grid of which only the rows near the screen are drawn. Arrows go, Enter opens, Space selects.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Icon } from "../ui/icon.tsx";
import { GalleryCell } from "./gallery-cell.tsx";
import { GalleryFoot } from "./gallery-foot.tsx";
import { fromMiddle, type Layout, layoutOf, rowsAround } from "./grid-layout.ts";
import { MoveIcon } from "./move-icon.tsx";
import type { Thumbs } from "./thumbs.ts";
import { useArchive } from "./use-archive.ts";
import { type Box, useBox } from "./use-box.ts";
import { useDialogKeys } from "./use-dialog-keys.ts";
import { type GalleryActions, type GalleryWays, useGallery } from "./use-gallery.ts";
import { useThumbs } from "./use-thumbs.ts";

export interface GalleryProps extends GalleryWays {
  readonly dialog: HTMLElement;
}

export function Gallery(p: GalleryProps) {
  const { share, t } = p;
  const n = share.photos.length;
  const archive = useArchive(p);
  const box = useBox();
  const layout = useMemo(() => layoutOf(n, box.width), [n, box.width]);
  const thumbs = useThumbs(p, layout, box);
  const wanted = useRef<number | undefined>(p.current);
  const focus = (i: number) => {
    wanted.current = i;
  };
  const actions = useGallery(p, focus, () => archive.busy);
  const rows = useRows(layout, box, actions.at);
  useFocus(box, layout, actions.at, wanted);
  useDialogKeys(p.dialog, (event) => actions.key(event, layout, Math.max(1, Math.floor(box.height / layout.row) - 1)));
  return (
    <div class="g-page">
      <header class="g-top">
        <button type="button" class="btn plain folds" onClick={p.close} data-testid="grid-close">
          <Icon name="photo" />
          <span>{t("grid.close")}</span>
        </button>
        <h1>{share.title || t("grid.title", { n })}</h1>
        <button
          type="button"
          class="btn plain folds"
          aria-pressed={actions.chosen.size === n}
          onClick={actions.all}
          data-testid="grid-all"
        >
          <Icon name="check" />
          <span>{t("grid.all")}</span>
        </button>
        <button type="button" class="btn plain folds" onClick={actions.show} data-testid="grid-show">
          <MoveIcon name="play" />
          <span>{t("show.start")}</span>
        </button>
      </header>
      <div class="g-box" ref={box.ref} onScroll={box.onScroll}>
        {/* biome-ignore lint/a11y/useSemanticElements: a table cannot have rows that are only there while they are seen */}
        <div
          class={actions.chosen.size > 0 ? "g-grid is-choosing" : "g-grid"}
          role="grid"
          aria-label={t("grid.title", { n })}
          aria-multiselectable="true"
          aria-rowcount={layout.rows}
          aria-colcount={layout.columns}
          data-testid="grid"
          ref={(e) => e?.style.setProperty("block-size", `${layout.height}px`)}
        >
          {rows.map((row) => (
            <Row key={row} p={p} row={row} layout={layout} thumbs={thumbs} actions={actions} />
          ))}
        </div>
      </div>
      <GalleryFoot {...p} chosen={actions.chosen} archive={archive} clear={actions.clear} />
    </div>
  );
}

/** Cells that are begun at a time. */
const turn = 12;

/**
 * The rows near the screen, and the one with the focus: that stays where it is, however far somebody scrolls. New ones come
 * a few at a time, those on the screen first.
 */
function useRows(layout: Layout, box: Box, at: number): readonly number[] {
  const [, draw] = useState(0);
  const there = useRef<ReadonlySet<number>>(new Set());
  const near = fromMiddle(rowsAround(layout, box.top, box.height));
  const wanted = new Set([Math.floor(at / layout.columns), ...near]);
  const missing = [...wanted].filter((row) => !there.current.has(row));
  const now = missing.slice(0, Math.max(1, Math.floor(turn / layout.columns)));
  const rows = new Set([...[...there.current].filter((row) => wanted.has(row)), ...now]);
  useEffect(() => {
    there.current = rows;
    if (missing.length === now.length) return undefined;
    const frame = requestAnimationFrame(() => draw((n) => n + 1));
    return () => cancelAnimationFrame(frame);
  });
  return [...rows].sort((a, b) => a - b);
}

interface RowProps {
  readonly p: GalleryProps;
  readonly row: number;
  readonly layout: Layout;
  readonly thumbs: Thumbs;
  readonly actions: GalleryActions;
}

function Row({ p: { share, t }, row, layout, thumbs, actions }: RowProps) {
  const n = share.photos.length;
  const place = (e: HTMLElement | null) => {
    e?.style.setProperty("translate", `0 ${row * layout.row}px`);
    e?.style.setProperty("--columns", `${layout.columns}`);
  };
  const first = row * layout.columns;
  return (
    // biome-ignore lint/a11y/useSemanticElements: as above
    // biome-ignore lint/a11y/useFocusableInteractive: its cells have the focus
    <div class="g-row" role="row" aria-rowindex={row + 1} ref={place}>
      {Array.from({ length: Math.min(layout.columns, n - first) }, (_, column) => {
        const i = first + column;
        const thumb = thumbs.at(i);
        return (
          <GalleryCell
            key={i}
            t={t}
            photo={share.photos[i]}
            i={i}
            n={n}
            column={column}
            url={thumb ?? thumbs.preview(i)}
            sharp={thumb !== undefined}
            chosen={actions.chosen.has(i)}
            current={i === actions.at}
            look={actions.look}
            toggle={actions.toggle}
          />
        );
      })}
    </div>
  );
}

/** Moves the focus to the photo that is wanted once its row is drawn, and the row into sight. */
function useFocus(box: Box, { row, columns }: Layout, at: number, wanted: { current: number | undefined }): void {
  const first = useRef(true);
  useEffect(() => {
    const element = box.ref.current;
    if (wanted.current !== at || !element || box.height === 0) return;
    const top = Math.floor(at / columns) * row;
    if (first.current) box.to(Math.max(0, top - (box.height - row) / 2));
    else if (top < element.scrollTop) box.to(top);
    else if (top + row > element.scrollTop + box.height) box.to(top + row - box.height);
    first.current = false;
    element.querySelector<HTMLElement>(`[data-i="${at}"]`)?.focus({ preventScroll: true });
    wanted.current = undefined;
  }, [at, columns, row, box, wanted]);
}
