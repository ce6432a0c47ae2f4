// One photo of the room: its preview at once, the picture over it as soon as it is decoded, nothing moves.
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Photo } from "../format/manifest.ts";
import { lazy } from "../lib/lazy.ts";
import { t } from "../lib/words.ts";
import { Icon } from "../ui/icon.tsx";
import type { SlideParts } from "./page-parts.ts";
import { markPainted } from "./painted.ts";
import type { Picture } from "./pictures.ts";
import type * as ZoomModule from "./zoom.lazy.ts";
import type { Zoom } from "./zoom.lazy.ts";

export interface SlideProps {
  readonly photo: Photo;
  readonly i: number;
  readonly n: number;
  readonly picture: Picture;
  readonly current: boolean;
  readonly first: boolean;
  readonly onZoom: (zoom: Zoom | undefined) => void;
  readonly onZoomed: (zoomed: boolean) => void;
  readonly retry: () => void;
  readonly parts: SlideParts;
}

export function Slide(p: SlideProps) {
  const { photo, picture, current, first } = p;
  const zoomer = useRef<HTMLDivElement>(null);
  const print = useRef<HTMLDivElement>(null);
  const place = useRef<HTMLDivElement>(null);
  const { onZoom, onZoomed } = p;
  const ready = picture.shown !== undefined;
  useEffect(() => {
    if (!current || !ready) return undefined;
    let zoom: Zoom | undefined;
    let left = false;
    lazy<typeof ZoomModule>("zoom").then(
      ({ Zoom }) => {
        if (left || !zoomer.current) return;
        zoom = new Zoom(zoomer.current, onZoomed, p.parts, p.i);
        onZoom(zoom);
      },
      () => {}, // gone after an update: the photo stays as large as it is
    );
    return () => {
      left = true;
      onZoom(undefined);
      zoom?.close();
    };
  }, [current, ready, onZoom, onZoomed, p.parts, p.i]);
  useLayoutEffect(() => place.current?.style.setProperty("--i", `${p.i}`), [p.i]);
  useLayoutEffect(() => {
    print.current?.style.setProperty("--w", `${photo.width}px`);
    print.current?.style.setProperty("--ratio", `${photo.width / photo.height}`);
  }, [photo]);
  const shown = useRef<HTMLImageElement>(null);
  const url = picture.shown?.url;
  useLayoutEffect(() => {
    const image = shown.current;
    return () => image?.removeAttribute("src"); // as the one that Pictures holds
  }, [url]);
  const state = picture.shown?.is ?? "preview";
  const alt = photo.decorative ? "" : photo.alt || t("room.alt", { i: p.i + 1, n: p.n });
  return (
    <div class="slide" ref={place} data-testid="photo" data-i={p.i} data-state={state} inert={!current}>
      <div class="zoomer" ref={zoomer}>
        <div class="print" ref={print}>
          {picture.preview ? (
            <img
              class="preview"
              src={picture.preview}
              alt={picture.shown ? "" : alt}
              width={photo.width}
              height={photo.height}
              draggable={false}
              decoding="sync"
              onLoad={first ? (event) => markPainted("preview", event.currentTarget) : undefined}
            />
          ) : null}
          {picture.shown ? (
            <img
              class="shown"
              key={url}
              ref={shown}
              src={url}
              alt={alt}
              width={photo.width}
              height={photo.height}
              draggable={false}
              onLoad={first ? (event) => markPainted("view", event.currentTarget) : undefined}
            />
          ) : null}
        </div>
      </div>
      {picture.problem && !picture.shown ? <SlideNotice {...p} /> : null}
    </div>
  );
}

function SlideNotice({ picture: { problem }, retry, current }: SlideProps) {
  if (!problem) return null;
  return (
    <div class="slide-notice" {...(current ? { role: "alert", "data-testid": "error", "data-code": problem } : {})}>
      <p class="notice">
        <Icon name="warn" />
        <span>{t(`slide.${problem}`)}</span>
      </p>
      {problem === "unsupported" || problem === "gone" ? null : (
        <button type="button" class="btn" onClick={retry}>
          {t("retry")}
        </button>
      )}
    </div>
  );
}
