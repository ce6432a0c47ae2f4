// A screen of a given size inside the page, with the viewer in it: the viewer's own styles apply to nothing outside and the
// page's to nothing inside, and widths are those of the screen. It is drawn smaller where it does not fit.
import type { ComponentChild } from "preact";
import { render } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import css from "../../css/seen-frame.late.css";
import { asset } from "../lib/lazy.ts";
import { addStyles } from "../viewer/page-parts.ts";
import { moveTo, type Place } from "../viewer/place.ts";
import type { Screen } from "./screens.ts";

export interface FrameProps {
  readonly screen: Screen;
  readonly label: string;
  /** Somebody pressed what does nothing here. */
  readonly onOff: () => void;
  /** Somebody looks closely at the i-th photo. */
  readonly onZoom: (i: number) => void;
  /** Another one may have finer pictures for what is looked at. */
  readonly revision: unknown;
  readonly children: ComponentChild;
}

export function Frame({ screen, label, onOff, onZoom, revision, children }: FrameProps) {
  const stage = useRef<HTMLDivElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const inside = useInside(host);
  const fit = useFit(stage, screen);
  const latest = useRef(fit);
  latest.current = fit;
  useLayoutEffect(() => {
    const { width, height, left, top, scale } = fit;
    for (const [name, value] of Object.entries({ width, height, left, top }))
      host.current?.parentElement?.style.setProperty(`--${name}`, `${value}px`);
    host.current?.parentElement?.style.setProperty("--scale", `${scale}`);
  }, [fit]);
  useLayoutEffect(() => {
    if (!inside) return undefined;
    moveTo(placeOf(inside, latest));
    return () => render(null, inside.app);
  }, [inside]);
  useLayoutEffect(() => {
    // Not before there is room for it: some things go by the size that they begin with.
    if (inside && fit.width > 0) render(children, inside.app);
  });
  useOff(inside, onOff);
  useZoom(inside, onZoom, revision);
  return (
    <div class="seen-stage" ref={stage}>
      <div class="seen-screen" data-as={screen.name} data-testid="seen-screen" data-scale={fit.scale}>
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for what is filled in */}
        <div class="seen-host" ref={host} role="group" aria-label={label} data-as={screen.name} />
      </div>
    </div>
  );
}

interface Inside {
  readonly root: ShadowRoot;
  readonly body: HTMLElement;
  readonly app: HTMLElement;
}

/** The inside of the frame, once the styles of the viewer's page are in force there. */
function useInside(host: { readonly current: HTMLElement | null }): Inside | undefined {
  const [inside, setInside] = useState<Inside>();
  useEffect(() => {
    if (!host.current || host.current.shadowRoot) return;
    const root = host.current.attachShadow({ mode: "open" });
    addStyles(css, { root });
    const { href, integrity } = asset("page-view");
    const styles = Object.assign(document.createElement("link"), { rel: "stylesheet", integrity, crossOrigin: "" });
    const body = Object.assign(document.createElement("div"), { className: "page-body" });
    const app = Object.assign(document.createElement("div"), { id: "app" });
    styles.onload = () => setInside({ root, body, app });
    styles.href = href;
    body.append(app);
    root.append(styles, body);
  }, [host]);
  return inside;
}

interface Fit {
  readonly width: number;
  readonly height: number;
  /** Where it stands: on whole pixels, so that its edges are sharp. */
  readonly left: number;
  readonly top: number;
  readonly scale: number;
}

/** Left free around a screen for its edge. */
const edge = 10;

function fitOf({ width, height }: Screen, room: { readonly width: number; readonly height: number }): Fit {
  if (width === 0) return { ...room, left: 0, top: 0, scale: 1 };
  const most = Math.min(1, (room.width - 2 * edge) / width, (room.height - 2 * edge) / height);
  const scale = Math.max(0.1, Math.floor(width * most) / width);
  const middle = (all: number, drawn: number) => Math.max(edge, Math.floor((all - drawn) / 2));
  return {
    ...{ width, height, scale },
    left: middle(room.width, width * scale),
    top: middle(room.height, height * scale),
  };
}

/** The size of the screen, and how small it has to be drawn. Without a size of its own it is as large as there is room. */
function useFit(stage: { readonly current: HTMLElement | null }, screen: Screen): Fit {
  const [room, setRoom] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = stage.current;
    if (!element) return undefined;
    const measure = () => setRoom({ width: element.clientWidth, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [stage]);
  return useMemo(() => fitOf(screen, room), [screen, room]);
}

function placeOf({ root, body }: Inside, fit: { readonly current: Fit }): Place {
  return {
    ...{ root, body, keys: globalThis },
    size: () => [fit.current.width, fit.current.height],
    scale: () => fit.current.scale,
    title: () => undefined,
  };
}

/** What saves or leads elsewhere, in the viewer. */
const off = 'a[href], [data-testid="download"], [data-testid="grid-download"]';

/** Before anything in the frame hears of a press. */
function useOff(inside: Inside | undefined, onOff: () => void): void {
  useEffect(() => {
    if (!inside) return undefined;
    const stop = (event: Event) => {
      if (!(event.target instanceof Element) || !event.target.closest(off)) return;
      event.preventDefault();
      event.stopPropagation();
      if (event.type === "click") onOff();
    };
    const types = ["click", "auxclick", "dragstart"];
    for (const type of types) inside.root.addEventListener(type, stop, true);
    return () => {
      for (const type of types) inside.root.removeEventListener(type, stop, true);
    };
  }, [inside, onOff]);
}

/** What viewer/zoom.lazy.ts moves, and what it hears of that. */
const [zoomer, moved] = [".slide:not([inert]) .zoomer", "panzoomchange"];

/** Hears of zooming, which does not bubble; and has the viewer look again where what it can show is another thing. */
function useZoom(inside: Inside | undefined, onZoom: (i: number) => void, revision: unknown): void {
  const latest = useRef(onZoom);
  latest.current = onZoom;
  useEffect(() => {
    if (!inside) return undefined;
    const hear = (event: Event) => {
      const { scale = 1 } = (event as CustomEvent<{ readonly scale?: number } | null>).detail ?? {};
      const slide = event.target instanceof Element ? event.target.closest<HTMLElement>(".slide") : null;
      if (scale > 1 && slide) latest.current(Number(slide.dataset["i"]));
    };
    inside.root.addEventListener(moved, hear, true);
    return () => inside.root.removeEventListener(moved, hear, true);
  }, [inside]);
  useEffect(() => {
    inside?.root.querySelector(zoomer)?.dispatchEvent(new CustomEvent(moved));
  }, [inside, revision]);
}
