// The room: one photo at a time in the dark, its neighbours a swipe away.
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { t } from "../lib/words.ts";
import type { Opened, ViewCode } from "../model/view-state.ts";
import type { Viewing } from "../model/viewing.ts";
import { Icon } from "../ui/icon.tsx";
import { sizeWords } from "./amounts.ts";
import { Film } from "./film.tsx";
import { Info } from "./info.tsx";
import { type Picture, Pictures, type Read, reach } from "./pictures.ts";
import { here } from "./place.ts";
import { Slide } from "./slide.tsx";
import { TopBar } from "./top-bar.tsx";
import { useDownloads } from "./use-download.ts";
import { useIdle } from "./use-idle.ts";
import { useKeys } from "./use-keys.ts";
import { useMore, useParts } from "./use-more.ts";
import { useTrack } from "./use-track.ts";
import type { Zoom } from "./zoom.lazy.ts";

export interface RoomProps {
  readonly share: Opened;
  readonly late?: ViewCode | undefined;
  readonly read: Read;
  readonly reading: Viewing["reading"];
}

export function Room({ share, late, read, reading }: RoomProps) {
  const n = share.photos.length;
  const pictures = usePictures(share, read);
  const [panel, setPanel] = useState(share.words !== "" && here().size()[0] >= 960);
  const [opened, setOpened] = useState(false);
  const [zoomed, setZoomed] = useState(false);
  const zoom = useRef<Zoom | undefined>(undefined);
  const onZoom = useCallback((z: Zoom | undefined) => {
    zoom.current = z;
    if (!z) setZoomed(false);
  }, []);
  const track = useTrack(n);
  const { current, go } = track;
  const downloads = useDownloads(share, read, pictures);
  const parts = useParts(share, reading);
  const more = useMore(parts, track);
  const toggle = useRef<HTMLButtonElement>(null);
  const closePanel = () => {
    setPanel(false);
    toggle.current?.focus();
  };
  const openPanel = () => {
    setOpened(true);
    setPanel(!panel);
  };
  useEffect(() => pictures.show(current), [pictures, current]);
  useRoomTitle(current, n);
  useKeys({ zoom, go, where: track.where, n, leave: panel ? closePanel : undefined, more });
  const idle = useIdle(panel);
  const photo = share.photos[Math.min(current, n - 1)];
  if (!photo) return null;
  return (
    <main class={idle ? "viewer is-idle" : "viewer"} id="main">
      <TopBar
        share={share}
        i={current}
        photo={photo}
        downloads={downloads}
        panel={panel}
        toggle={toggle}
        onPanel={openPanel}
        more={more}
      />
      <section class="stage" aria-label={t("room.photos")}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scroller has to be reachable by keyboard */}
        <div class={zoomed ? "track is-zoomed" : "track"} ref={track.ref} onScroll={track.onScroll} tabIndex={0}>
          {share.photos.map((p, i) =>
            // A slide that nobody can see yet is only its place: a share may have 2,000 of them.
            Math.abs(i - current) > reach ? (
              <div class="slide" key={i} data-testid="photo" data-state="preview" inert />
            ) : (
              <Slide
                key={i}
                photo={p}
                i={i}
                n={n}
                picture={pictures.at(i)}
                current={i === current}
                first={i === 0}
                onZoom={onZoom}
                onZoomed={setZoomed}
                retry={() => pictures.show(i)}
                parts={parts}
              />
            ),
          )}
        </div>
        <Nav current={current} n={n} go={go} />
        <Hint share={share} late={late} zoomed={zoomed} picture={pictures.at(current)} />
      </section>
      {panel ? <Info share={share} photo={photo} i={current} more={more} close={closePanel} focus={opened} /> : null}
      {n > 1 ? <Film n={n} current={current} pictures={pictures} go={go} /> : null}
    </main>
  );
}

/** The pictures of the share, kept over a later revision; renders again when one arrives. */
function usePictures(share: Opened, read: Read): Pictures {
  const [, render] = useState(0);
  const made = useRef<Pictures | undefined>(undefined);
  made.current ??= new Pictures(share, read);
  const pictures = made.current;
  useEffect(() => {
    const end = pictures.subscribe(() => render((n) => n + 1));
    return () => {
      end();
      pictures.close();
    };
  }, [pictures]);
  useEffect(() => pictures.update(share), [pictures, share]);
  return pictures;
}

function useRoomTitle(i: number, n: number): void {
  const title = useMemo(() => t("room.photo", { i: i + 1, n }), [i, n]);
  useEffect(() => {
    const { body, title: call } = here();
    call(t("view.failed", { title }));
    body.classList.add("room");
    return () => body.classList.remove("room");
  }, [title]);
}

function Nav({ current, n, go }: { readonly current: number; readonly n: number; readonly go: (i: number) => void }) {
  if (n < 2) return null;
  return (
    <>
      <button
        type="button"
        class="btn icon-only nav prev"
        aria-label={t("room.previous")}
        disabled={current === 0}
        onClick={() => go(current - 1)}
      >
        <Icon name="left" />
      </button>
      <button
        type="button"
        class="btn icon-only nav next"
        aria-label={t("room.next")}
        disabled={current === n - 1}
        onClick={() => go(current + 1)}
      >
        <Icon name="right" />
      </button>
    </>
  );
}

interface HintProps {
  readonly share: Opened;
  readonly late: ViewCode | undefined;
  readonly zoomed: boolean;
  readonly picture: Picture;
}

/** One line at the foot of the photo: what is still coming, what is gone, or how to zoom. */
function Hint({ share: { statement, skew }, late, zoomed, picture: { arriving } }: HintProps) {
  if (late)
    return (
      <p class="zoomhint stays" role="alert" data-testid="error" data-code={late}>
        {t(late === "gone" || late === "used" ? "room.late" : "room.late.changed")}
      </p>
    );
  if (arriving)
    return (
      <p class="zoomhint stays" data-testid="arriving">
        {t("room.arriving", { done: sizeWords(arriving.done), size: sizeWords(arriving.size) })}
      </p>
    );
  if (statement.stage === 1) {
    const over = Date.now() + skew > statement.created + 24 * 3_600_000;
    return (
      <p class="zoomhint stays" role="status">
        {t(over ? "room.stage1.late" : "room.stage1")}
      </p>
    );
  }
  if (zoomed) return null;
  return (
    <p class="zoomhint">
      <span class="mouse">{t("room.zoom")}</span>
      <span class="touch">{t("room.zoom.touch")}</span>
    </p>
  );
}
