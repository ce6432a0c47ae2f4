// The filmstrip: one small picture per photo, the lamp under the one on the screen. Only those near its window exist, for a
// share may have 2,000; they are made a few at a time. It is one stop for the Tab key: the arrows of the room go on from there.
import css from "../../css/film.late.css";
import type { t } from "../lib/words.ts";
import { filmAround, missingOf } from "./film-layout.ts";
import { addStyles } from "./page-parts.ts";
import type { Place } from "./place.ts";

export interface FilmParts {
  readonly n: number;
  readonly t: typeof t;
  readonly place: Place;
  readonly go: (i: number) => void;
  /** The address of a small picture, if there is one. */
  readonly small: (i: number) => string | undefined;
}

/** Each needs an address of its own, which the browser takes a while to hand out. */
const atOnce = 6;

export class Film {
  private readonly p: FilmParts;
  private readonly strip: HTMLElement;
  private readonly reel: HTMLElement;
  private readonly frames = new Map<number, HTMLButtonElement>();
  private readonly ends = new AbortController();
  private readonly sizes: ResizeObserver;
  private current = -1;
  private width = 0;
  private pitch = 0;
  /** From right to left scrollLeft counts below zero. */
  private back = 1;
  private next = 0;

  /** strip scrolls; its first child is as long as the whole reel. */
  constructor(strip: HTMLElement, p: FilmParts) {
    addStyles(css, p.place);
    this.p = p;
    this.strip = strip;
    this.reel = strip.firstElementChild as HTMLElement;
    strip.addEventListener("scroll", () => this.soon(), { passive: true, signal: this.ends.signal });
    this.reel.addEventListener("click", (event) => this.press(event), { signal: this.ends.signal });
    // Asking for sizes after every change would lay out the page each time.
    this.sizes = new ResizeObserver(() => this.measure());
    for (const element of [strip, this.reel]) this.sizes.observe(element);
  }

  private measure(): void {
    this.width = this.strip.clientWidth;
    this.pitch = this.reel.clientWidth / this.p.n;
    this.back = getComputedStyle(this.strip).direction === "rtl" ? -1 : 1;
    this.centre();
    this.soon();
  }

  /** Shows where the room is, with the pictures that are there now. */
  show(current: number): void {
    const moved = current !== this.current;
    const focused = this.reel.contains(this.p.place.root.activeElement);
    this.current = current;
    for (const [i, frame] of this.frames) this.dress(frame, i);
    if (moved) {
      this.centre();
      this.make(current);
      if (focused) this.frames.get(current)?.focus({ preventScroll: true });
    }
    this.soon();
  }

  private centre(): void {
    const left = (this.current + 0.5) * this.pitch - this.width / 2;
    this.strip.scrollTo({ left: this.back * left, behavior: "instant" });
  }

  private press({ target }: Event): void {
    const frame = target instanceof Element ? target.closest("button") : null;
    if (frame) this.p.go(Number(frame.dataset["i"]));
  }

  private soon(): void {
    cancelAnimationFrame(this.next);
    this.next = requestAnimationFrame(() => this.draw());
  }

  /** Makes a few of the frames that are missing, the nearest first, and lets go of those far away. */
  private draw(): void {
    const { first, end } = filmAround(this.p.n, this.pitch, Math.abs(this.strip.scrollLeft), this.width);
    for (const [i, frame] of this.frames) {
      if ((i >= first && i < end) || i === this.current) continue;
      release(frame);
      frame.remove();
      this.frames.delete(i);
    }
    const missing = missingOf(first, end, this.frames);
    for (const i of missing.slice(0, atOnce)) this.make(i);
    if (missing.length > atOnce) this.soon();
  }

  private make(i: number): void {
    if (this.frames.has(i)) return;
    const frame = document.createElement("button");
    frame.type = "button";
    frame.dataset["i"] = `${i}`;
    frame.style.setProperty("--i", `${i}`);
    frame.setAttribute("aria-label", this.p.t("room.photo", { i: i + 1, n: this.p.n }));
    this.dress(frame, i);
    // In order, for who goes through them by a screen reader.
    const after = [...this.frames].filter(([j]) => j > i).sort(([a], [b]) => a - b)[0];
    this.reel.insertBefore(frame, after?.[1] ?? null);
    this.frames.set(i, frame);
  }

  private dress(frame: HTMLButtonElement, i: number): void {
    const here = i === this.current;
    frame.tabIndex = here ? 0 : -1;
    if (here) frame.setAttribute("aria-current", "true");
    else frame.removeAttribute("aria-current");
    const url = this.p.small(i);
    const shown = frame.firstElementChild;
    if (shown && (shown instanceof HTMLImageElement ? shown.src : undefined) === url) return;
    release(frame);
    frame.replaceChildren(url ? picture(url) : blank(i));
  }

  close(): void {
    cancelAnimationFrame(this.next);
    this.ends.abort();
    this.sizes.disconnect();
    this.reel.replaceChildren();
    this.frames.clear();
  }
}

/** As Pictures does: the browser keeps what a picture showed until it tidies up. */
function release(frame: HTMLElement): void {
  frame.firstElementChild?.removeAttribute("src");
}

function picture(url: string): HTMLImageElement {
  const image = new Image();
  image.alt = "";
  image.draggable = false;
  image.decoding = "async";
  image.src = url;
  return image;
}

function blank(i: number): HTMLElement {
  const span = document.createElement("span");
  span.className = "blank";
  span.textContent = `${i + 1}`;
  return span;
}
