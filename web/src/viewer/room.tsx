// The room: one photo at a time in the dark, its neighbours a swipe away.
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Photo } from "../format/manifest.ts";
import { t } from "../lib/words.ts";
import type { Opened, ViewCode } from "../model/view-state.ts";
import type { Viewing } from "../model/viewing.ts";
import { Icon } from "../ui/icon.tsx";
import { sizeWords } from "./amounts.ts";
import { Info } from "./info.tsx";
import { type Picture, Pictures, type Read, reach } from "./pictures.ts";
import { here } from "./place.ts";
import { Slide } from "./slide.tsx";
import { TopBar } from "./top-bar.tsx";
import { useDownloads } from "./use-download.ts";
import { useFilm } from "./use-film.ts";
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
  const { current, go, seen } = track;
  const [updated, setUpdated] = useState(false);
  const downloads = useDownloads(share, read, pictures);
  const parts = useParts(share, reading);
  const more = useMore(parts, track, () => setUpdated(true));
  const { shown, problem } = pictures.at(current);
  const film = useFilm(n, current, pictures, go, shown !== undefined || problem !== undefined);
  const room = useRef<HTMLElement>(null);
  useLayoutEffect(() => room.current?.style.setProperty("--n", `${n}`), [n]);
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
  const drawn = useDrawn();
  useKeys({ zoom, go, where: track.where, n, leave: panel ? closePanel : undefined, more });
  const idle = useIdle(panel);
  const photo = share.photos[Math.min(current, n - 1)];
  if (!photo) return null;
  return (
    <main class={idle ? "viewer is-idle" : "viewer"} id="main" ref={room}>
      {drawn ? (
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
      ) : (
        <header class="v-top" />
      )}
      <section class="stage" aria-label={t("room.photos")}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scroller has to be reachable by keyboard */}
        <div class={zoomed ? "track is-zoomed" : "track"} ref={track.ref} onScroll={track.onScroll} tabIndex={0}>
          {drawnSlides(current, seen, share.photos).map(([i, p]) => (
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
          ))}
        </div>
        {drawn ? <Nav current={current} n={n} go={go} /> : null}
        {drawn ? (
          <Hint
            share={share}
            late={late ?? (updated ? "updated" : undefined)}
            zoomed={zoomed}
            picture={pictures.at(current)}
          />
        ) : null}
      </section>
      {panel ? <Info share={share} photo={photo} i={current} more={more} close={closePanel} focus={opened} /> : null}
      {n > 1 ? (
        <nav class="film" aria-label={t("room.photos")} ref={film}>
          <div />
        </nav>
      ) : null}
      <p class="vh" aria-live="polite">
        {t("room.photo", { i: current + 1, n })}
      </p>
    </main>
  );
}

/** Slides near the photo on the screen, and what is swiped past before that settles: a share may have 2,000. */
function drawnSlides(current: number, seen: number, photos: Opened["photos"]): readonly (readonly [number, Photo])[] {
  const near = Array.from({ length: 2 * reach + 1 }, (_, k) => [current - reach + k, seen - 1 + Math.min(k, 2)]);
  const places = [...new Set(near.flat())].sort((a, b) => a - b);
  return places.flatMap((i) => {
    const photo = photos[i];
    return photo ? [[i, photo] as const] : [];
  });
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

/** False for the first frames: the photo is drawn before what stands around it, for which its place is kept. */
function useDrawn(): boolean {
  const [drawn, setDrawn] = useState(false);
  useEffect(() => {
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => setDrawn(true));
    });
    return () => cancelAnimationFrame(frame);
  }, []);
  return drawn;
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
        {late === "updated"
          ? `${t("fail.updated.body")} ${t("fail.updated.do")}`
          : t(late === "gone" || late === "used" ? "room.late" : "room.late.changed")}
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
