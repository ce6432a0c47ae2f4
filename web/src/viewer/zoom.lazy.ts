// Zoom and pan of the photo on the screen: wheel, pinch, double tap, drag and keys, by @panzoom/panzoom. Loaded once
// the first photo is there, together with what a photo on the screen may need beyond its view: tiles, motion, and a way to look around.
import Panzoom, { type PanzoomObject } from "@panzoom/panzoom";
import css from "../../css/slide.late.css";
import words from "../../locales/en/slide.json";
import { Around } from "./around.ts";
import { Detail } from "./detail.ts";
import { Motion } from "./motion.ts";
import { addStyles, type SlideParts } from "./page-parts.ts";
import type { Place } from "./place.ts";

const mostZoom = 8;
const step = 0.4;
const tapTime = 300;
const tapDistance = 30;
const panStep = 80;

export class Zoom {
  private readonly element: HTMLElement;
  private readonly frame: HTMLElement;
  private readonly place: Place;
  private readonly panzoom: PanzoomObject;
  private readonly changed: (zoomed: boolean) => void;
  private readonly ends = new AbortController();
  private readonly detail: Detail;
  private readonly motion: Motion;
  private readonly around: Around;
  private lastTap: PointerEvent | undefined;
  private zoomed = false;

  /** element fills its parent and is moved inside it. changed hears when zooming begins and ends. */
  constructor(element: HTMLElement, changed: (zoomed: boolean) => void, parts: SlideParts, i: number) {
    addStyles(css, parts.place);
    parts.addWords(words);
    this.element = element;
    this.frame = element.parentElement ?? element;
    this.place = parts.place;
    this.changed = changed;
    const { signal } = this.ends;
    this.panzoom = Panzoom(element, {
      contain: "outside",
      minScale: 1,
      maxScale: mostZoom,
      step,
      panOnlyWhenZoomed: true,
      pinchAndPan: true,
      cursor: "",
      // A finger that moves sideways turns the page while nothing is zoomed.
      touchAction: "pan-x",
      setTransform: (_, { scale, x, y }) => this.draw(scale, x, y),
      duration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 1 : 160,
      handleStartEvent: (event: Event) => {
        if (this.zoomed) event.preventDefault();
      },
    });
    this.frame.addEventListener("wheel", (event) => this.wheel(event), { passive: false, signal });
    this.frame.addEventListener("dblclick", (event) => this.toggle(event), { signal });
    this.frame.addEventListener("pointerup", (event) => this.tap(event), { signal });
    const print = element.querySelector<HTMLElement>(".print") ?? element;
    this.motion = new Motion(parts, i, print, this.frame);
    this.detail = new Detail(parts, i, {
      print,
      frame: this.frame,
      moved: element,
      progress: arriving(this.frame, parts),
      original: (bytes, variant) => this.motion.found(bytes, variant),
    });
    this.around = new Around(parts, i, print, element, () => changed(this.around.open || this.zoomed));
    element.addEventListener("panzoomchange", () => this.settle(), { signal });
    void this.motion.start().catch(() => {}); // the still view is there
  }

  private settle(): void {
    this.detail.look();
    const zoomed = this.panzoom.getScale() > 1.001;
    if (zoomed === this.zoomed) return;
    this.zoomed = zoomed;
    this.panzoom.setOptions({ touchAction: zoomed ? "none" : "pan-x", cursor: zoomed ? "grab" : "" });
    this.changed(zoomed);
  }

  /** Panzoom counts in pixels as they are drawn. */
  private draw(scale: number, x: number, y: number): void {
    if (this.ends.signal.aborted) return; // a step that was under way
    const drawn = this.place.scale();
    this.element.style.transform = `scale(${scale}) translate(${x / drawn}px, ${y / drawn}px)`;
  }

  private wheel(event: WheelEvent): void {
    if (this.around.open) return;
    // Two fingers sideways on a trackpad turn the page.
    if (!this.zoomed && !event.ctrlKey && Math.abs(event.deltaX) > Math.abs(event.deltaY)) return;
    // It draws with the next frame, and measures what is drawn: steps that come faster would lead away from the pointer.
    const { x, y } = this.panzoom.getPan();
    this.draw(this.panzoom.getScale(), x, y);
    this.panzoom.zoomWithWheel(event);
  }

  /** Two taps of a finger at one place. The mouse has dblclick. */
  private tap(event: PointerEvent): void {
    if (event.pointerType === "mouse" || this.around.open) return;
    const before = this.lastTap;
    this.lastTap = event;
    if (!before || event.timeStamp - before.timeStamp > tapTime) return;
    if (Math.hypot(event.clientX - before.clientX, event.clientY - before.clientY) > tapDistance) return;
    this.lastTap = undefined;
    this.toggle(event);
  }

  private toggled = 0;

  private toggle(event: MouseEvent): void {
    // Some browsers send dblclick after two taps as well.
    if (event.timeStamp - this.toggled < 400 || this.around.open) return;
    this.toggled = event.timeStamp;
    if (this.zoomed) this.reset();
    else this.panzoom.zoomToPoint(2.5, event);
  }

  in(): void {
    if (this.around.open) this.around.zoom(1);
    else this.panzoom.zoomIn();
  }

  out(): void {
    if (this.around.open) this.around.zoom(-1);
    else this.panzoom.zoomOut();
  }

  reset(): void {
    if (this.around.open) this.around.first();
    else this.panzoom.reset();
  }

  /** Moves the zoomed photo by steps; false when nothing is zoomed. */
  pan(x: number, y: number): boolean {
    if (this.around.open) return this.around.step(-x, y);
    if (!this.zoomed) return false;
    const scale = this.panzoom.getScale();
    this.panzoom.pan((x * panStep) / scale, (y * panStep) / scale, { relative: true, animate: true });
    return true;
  }

  close(): void {
    this.ends.abort();
    this.detail.close();
    this.motion.close();
    this.around.close();
    this.panzoom.destroy();
    this.element.removeAttribute("style");
    // Where the slide stands is a style of its own.
    for (const name of ["overflow", "user-select", "touch-action"]) this.frame.style.removeProperty(name);
  }
}

/** One line at the foot of the photo while a large picture is on its way: how far it is, in bytes. */
function arriving(frame: HTMLElement, { t, sizeWords }: SlideParts) {
  const line = document.createElement("p");
  line.className = "zoomhint arriving";
  line.dataset["testid"] = "arriving";
  return (done: number | undefined, size: number) => {
    if (done === undefined) line.remove();
    else if (!line.isConnected) frame.append(line);
    line.textContent = t("detail.arriving", { done: sizeWords(done ?? size), size: sizeWords(size) });
  };
}
