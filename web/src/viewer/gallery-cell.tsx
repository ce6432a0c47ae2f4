// One photo of the grid: whole, never cropped; a press opens it, the mark in its corner selects it.
import type { Photo } from "../format/manifest.ts";
import { Icon } from "../ui/icon.tsx";
import { pure } from "../ui/pure.ts";
import type { PageParts } from "./page-parts.ts";

export interface GalleryCellProps extends Pick<PageParts, "t"> {
  readonly photo: Photo | undefined;
  readonly i: number;
  readonly n: number;
  readonly column: number;
  readonly url: string | undefined;
  /** The thumb is there, not only the preview. */
  readonly sharp: boolean;
  readonly chosen: boolean;
  readonly current: boolean;
  readonly look: (i: number) => void;
  readonly toggle: (i: number, range: boolean) => void;
}

export const GalleryCell = pure(function GalleryCell({
  t,
  photo,
  i,
  n,
  column,
  url,
  sharp,
  chosen,
  current,
  look,
  toggle,
}: GalleryCellProps) {
  const place = t("room.photo", { i: i + 1, n });
  const name = photo?.alt ? t("grid.photo", { place, alt: photo.alt }) : place;
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the grid
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid hears the keys of all its cells
    <div
      class="g-cell"
      role="gridcell"
      aria-colindex={column + 1}
      aria-selected={chosen}
      aria-label={name}
      tabIndex={current ? 0 : -1}
      data-i={i}
      data-testid="grid-photo"
      data-sharp={sharp}
      onClick={(event) => (event.shiftKey || event.ctrlKey || event.metaKey ? toggle(i, event.shiftKey) : look(i))}
    >
      {url ? (
        <img src={url} alt="" width={photo?.width} height={photo?.height} decoding="async" draggable={false} />
      ) : (
        <span class="blank">{i + 1}</span>
      )}
      <button
        type="button"
        class="g-mark"
        tabIndex={-1}
        aria-pressed={chosen}
        aria-label={t("grid.select", { i: i + 1 })}
        onClick={(event) => {
          event.stopPropagation();
          toggle(i, event.shiftKey);
        }}
      >
        <span>{chosen ? <Icon name="check" /> : null}</span>
      </button>
    </div>
  );
});
