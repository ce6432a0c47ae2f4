// A photo that is a panorama: the button over its flat picture, and what is open when it was pressed. One that goes all the
// way round, alone in its share, opens by itself, unless less motion or less data is wanted.
import { lazy } from "../lib/lazy.ts";
import type { SlideParts } from "./page-parts.ts";
import type * as PanoramaModule from "./panorama.lazy.ts";

export class Around {
  private readonly p: SlideParts;
  private readonly i: number;
  private readonly print: HTMLElement;
  private readonly frame: HTMLElement;
  private readonly covered: HTMLElement;
  private readonly changed: () => void;
  private readonly button = document.createElement("button");
  private readonly note = document.createElement("p");
  private view: PanoramaModule.Panorama | undefined;
  private ended = false;
  private opening = false;

  /** covered is what the panorama lies over. changed hears when it opens and when it is flat again. */
  constructor(p: SlideParts, i: number, print: HTMLElement, covered: HTMLElement, changed: () => void) {
    this.p = p;
    this.i = i;
    this.print = print;
    this.covered = covered;
    this.frame = covered.parentElement ?? covered;
    this.changed = changed;
    const { pose } = p.share.photos[i] ?? {};
    if (!pose) return;
    this.button.type = "button";
    this.button.className = "btn around-open";
    this.button.dataset["testid"] = "look-around";
    this.button.textContent = p.t("around.open");
    this.button.addEventListener("click", () => void this.look(true));
    this.note.className = "zoomhint stays around-note";
    this.note.setAttribute("role", "status");
    this.frame.append(this.button, this.note);
    const { saveData } = (navigator as { connection?: { saveData?: boolean } }).connection ?? {};
    const calm = saveData || matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (pose.across === 36_000 && p.share.photos.length === 1 && !calm) void this.look(false);
  }

  get open(): boolean {
    return this.view !== undefined;
  }

  /** Opens it. asked: by somebody, who is told when that cannot be. */
  private async look(asked: boolean): Promise<void> {
    const { pose } = this.p.share.photos[this.i] ?? {};
    const flat = this.print.querySelector<HTMLImageElement>("img.shown");
    if (!pose || !flat || this.view || this.opening) return;
    this.opening = true;
    this.note.textContent = "";
    let view: PanoramaModule.Panorama | undefined;
    try {
      const { Panorama } = await lazy<typeof PanoramaModule>("panorama");
      if (this.ended) return;
      const { p, i, frame } = this;
      view = new Panorama({ frame, flat, pose, parts: p, i, ended: (why) => this.flat(why) });
      await view.open(asked);
      if (this.ended) throw new Error("left meanwhile");
      this.show(view);
    } catch {
      view?.close();
      if (asked && !this.ended) this.note.textContent = this.p.t("around.cannot");
    } finally {
      this.opening = false;
    }
  }

  private show(view: PanoramaModule.Panorama): void {
    this.view = view;
    this.covered.inert = true;
    this.button.hidden = true;
    this.changed();
  }

  private flat(why: "flat" | "lost"): void {
    const held = this.view?.close();
    this.view = undefined;
    this.covered.inert = false;
    this.button.hidden = false;
    if (held) this.button.focus();
    if (why === "lost") this.note.textContent = this.p.t("around.lost");
    this.changed();
  }

  /** By a key of the room. Where there are other photos the arrows to the sides go there, unless the panorama has the focus. */
  step(x: number, y: number): boolean {
    if (x !== 0 && this.p.share.photos.length > 1) return false;
    this.view?.step(x, y);
    return this.open;
  }

  zoom(steps: number): void {
    this.view?.zoom(steps);
  }

  first(): void {
    this.view?.first();
  }

  close(): void {
    this.ended = true;
    this.view?.close();
    this.covered.inert = false;
    this.button.remove();
    this.note.remove();
  }
}
