// Looking around in a panorama, over its flat picture. Loaded when a photo has a pose and somebody wants it. Nothing turns by
// itself. What comes here and where it goes: around.ts.
import css from "../../css/panorama.late.css";
import words from "../../locales/en/panorama.json";
import type { Pose } from "../format/manifest.ts";
import { addStyles, type SlideParts } from "./page-parts.ts";
import { firstLook, type Lie, type Look, lieOf, limited, turned } from "./sphere.ts";
import { NoSphere, SphereCanvas } from "./sphere-canvas.ts";
import { SphereDetail } from "./sphere-detail.ts";
import { Hand, stepped, zoomed } from "./sphere-hand.ts";

/** More device pixels for one of CSS are not seen in something that moves. */
const mostDense = 2;
/** Keys come in rows; who listens hears where they have led to. */
const spokenAfter = 600;

export interface PanoramaOf {
  /** What it covers. */
  readonly frame: HTMLElement;
  readonly flat: HTMLImageElement;
  readonly pose: Pose;
  readonly parts: SlideParts;
  readonly i: number;
  /** Somebody wants the flat picture, or the device cannot go on. */
  ended(why: "flat" | "lost"): void;
}

export class Panorama {
  private readonly of: PanoramaOf;
  private readonly lie: Lie;
  private readonly ends = new AbortController();
  private readonly box = element("div", "around", { "data-testid": "around" });
  private readonly canvas = element("canvas", "around-view", { tabindex: "0", role: "application" });
  private readonly said = element("output", "vh", { "data-testid": "around-said" });
  private readonly sphere: SphereCanvas;
  private readonly detail: SphereDetail;
  private look: Look;
  private frame = 0;
  private speech: ReturnType<typeof setTimeout> | undefined;

  /** Throws NoSphere where it cannot be: the flat picture stays as it is. */
  constructor(of: PanoramaOf) {
    this.of = of;
    this.lie = lieOf(of.pose);
    this.look = firstLook(of.pose);
    const { parts, i } = of;
    this.sphere = new SphereCanvas(this.canvas, this.lie);
    this.detail = new SphereDetail({
      ...{ parts, i, sphere: this.sphere, lie: this.lie },
      look: () => this.look,
      came: (whole) => {
        this.box.dataset["sharp"] = "";
        if (whole) this.box.dataset["whole"] = "";
        this.draw();
      },
      progress: arriving(this.box, parts),
    });
    addStyles(css, parts.place);
    parts.addWords(words);
  }

  /** Shows it; focus: the keyboard goes along. */
  async open(focus: boolean): Promise<void> {
    const { flat, frame } = this.of;
    const scale = Math.min(1, this.sphere.largest / flat.naturalWidth, this.sphere.largest / flat.naturalHeight);
    const [width, height] = [Math.round(flat.naturalWidth * scale), Math.round(flat.naturalHeight * scale)];
    if (width < 1 || height < 1) throw new NoSphere("no picture");
    const fits = scale === 1 ? flat : await createImageBitmap(flat, { resizeWidth: width, resizeHeight: height });
    if (this.ends.signal.aborted) return;
    this.sphere.picture(fits, width, height);
    if (!(fits instanceof HTMLImageElement)) fits.close();
    this.assemble();
    frame.append(this.box);
    this.listen();
    this.fit();
    this.paint();
    this.box.dataset["state"] = "shown";
    if (focus) this.canvas.focus();
    else this.announce(this.of.parts.t("around.keys")); // with the focus it is read anyway
    const { saveData } = (navigator as { connection?: { saveData?: boolean } }).connection ?? {};
    if (!saveData) void this.sharpen();
  }

  private sharpen(): Promise<void> {
    return this.detail.start(this.of.flat.naturalWidth);
  }

  private assemble(): void {
    const { parts, i } = this.of;
    const { t } = parts;
    const photo = parts.share.photos[i];
    const what = photo?.alt || t("room.alt", { i: i + 1, n: parts.share.photos.length });
    const keys = element("p", "vh", { id: "around-keys" }, t("around.keys"));
    this.canvas.setAttribute("aria-label", t("around.name", { what }));
    this.canvas.setAttribute("aria-describedby", keys.id);
    const hint = element("p", "zoomhint around-hint", { "aria-hidden": "true" });
    hint.append(
      element("span", "mouse", {}, t("around.hint")),
      element("span", "touch", {}, t("around.hint.touch")),
      element("span", "keyed", {}, t("around.keys")),
    );
    const bar = element("div", "around-bar", { role: "group", "aria-label": t("around.bar") });
    for (const [name, path, act] of [
      ["left", "M12.5 4.5 7 10l5.5 5.5", () => this.step(-1, 0)],
      ["right", "M7.5 4.5 13 10l-5.5 5.5", () => this.step(1, 0)],
      ["up", "M4.5 12.5 10 7l5.5 5.5", () => this.step(0, 1)],
      ["down", "M4.5 7.5 10 13l5.5-5.5", () => this.step(0, -1)],
      ["out", "M4 10h12", () => this.zoom(-1)],
      ["in", "M10 4v12M4 10h12", () => this.zoom(1)],
    ] as const) {
      const key = `around.${name}` as const;
      const button = element("button", "btn icon-only", { type: "button", "aria-label": t(key), title: t(key) });
      button.append(icon(path));
      button.addEventListener("click", act);
      bar.append(button);
    }
    const leave = element("button", "btn", { type: "button", "data-testid": "around-flat" }, t("around.flat"));
    leave.addEventListener("click", () => this.of.ended("flat"));
    bar.append(leave);
    this.box.append(this.canvas, keys, hint, bar, this.said);
  }

  private listen(): void {
    const { signal } = this.ends;
    const { canvas } = this;
    new Hand(
      canvas,
      {
        look: () => this.look,
        turn: (look) => this.turn(look),
        longer: () => Math.max(canvas.clientWidth, canvas.clientHeight, 1) * this.of.parts.place.scale(),
      },
      signal,
    );
    canvas.addEventListener("keydown", (event) => this.key(event), { signal });
    canvas.addEventListener("webglcontextlost", () => this.of.ended("lost"), { signal });
    const sizes = new ResizeObserver(() => {
      this.fit();
      this.paint();
    });
    sizes.observe(canvas);
    signal.addEventListener("abort", () => sizes.disconnect());
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const acts: { readonly [key: string]: () => void } = {
      ArrowLeft: () => this.step(-1, 0),
      ArrowRight: () => this.step(1, 0),
      ArrowUp: () => this.step(0, 1),
      ArrowDown: () => this.step(0, -1),
      "+": () => this.zoom(1),
      "=": () => this.zoom(1),
      "-": () => this.zoom(-1),
      "0": () => this.first(),
      Escape: () => this.of.ended("flat"),
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault(); // the room below listens to the same keys
    act();
  }

  /** Turns by steps, to the right and up. */
  step(x: number, y: number): void {
    this.turn(stepped(this.look, x, y));
    this.speak();
  }

  zoom(steps: number): void {
    this.turn(zoomed(this.look, steps));
    this.speak();
  }

  first(): void {
    this.turn(firstLook(this.of.pose));
    this.speak();
  }

  private turn(look: Look): void {
    this.look = limited(look, this.lie, this.canvas.clientWidth, this.canvas.clientHeight);
    this.box.classList.add("is-turned");
    this.draw();
    void this.sharpen();
  }

  private fit(): void {
    const { canvas } = this;
    const dense = Math.min(devicePixelRatio * this.of.parts.place.scale(), mostDense);
    canvas.width = Math.max(1, Math.round(canvas.clientWidth * dense));
    canvas.height = Math.max(1, Math.round(canvas.clientHeight * dense));
    this.look = limited(this.look, this.lie, canvas.clientWidth, canvas.clientHeight);
  }

  /** Once for everything that happens in a frame. */
  private draw(): void {
    if (this.frame !== 0 || this.ends.signal.aborted) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.paint();
    });
  }

  private paint(): void {
    if (this.sphere.lost || this.ends.signal.aborted) return;
    const [r = 0, g = 0, b = 0] = (getComputedStyle(this.box).backgroundColor.match(/[\d.]+/g) ?? []).map(Number);
    this.sphere.draw(this.look, [r / 255, g / 255, b / 255]);
    const { yaw, pitch, fov } = this.look;
    this.box.dataset["look"] = [yaw, pitch, fov].map(Math.round).join(" ");
  }

  /** Says where one looks. */
  private speak(): void {
    const { t } = this.of.parts;
    const yaw = Math.round(turned(this.look.yaw));
    const pitch = Math.round(this.look.pitch);
    const [across, up] = [{ n: Math.abs(yaw) }, { n: Math.abs(pitch) }];
    const words = [
      yaw === 0 ? t("around.ahead") : t(yaw > 0 ? "around.turned.right" : "around.turned.left", across),
      pitch === 0 ? t("around.level") : t(pitch > 0 ? "around.tilted.up" : "around.tilted.down", up),
      t("around.wide", { n: Math.round(this.look.fov) }),
    ];
    this.announce(words.join(", "));
  }

  /** Once the keys rest, and not before the place where it is said is there. */
  private announce(words: string): void {
    clearTimeout(this.speech);
    this.speech = setTimeout(() => {
      this.said.textContent = words;
    }, spokenAfter);
  }

  /** Takes everything away again. True when the keyboard was in it. */
  close(): boolean {
    const root = this.of.parts.place.root;
    const held = this.box.contains(root.activeElement);
    this.ends.abort();
    clearTimeout(this.speech);
    cancelAnimationFrame(this.frame);
    this.detail.close();
    this.box.remove();
    this.sphere.close();
    return held;
  }
}

function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  kind: string,
  attributes: { readonly [name: string]: string },
  text = "",
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.className = kind;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text) made.textContent = text;
  return made;
}

function icon(path: string): SVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("class", "icon");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

/** One line while a sharper picture is on its way: how far it is, in bytes. */
function arriving(box: HTMLElement, { t, sizeWords }: SlideParts) {
  const line = element("p", "zoomhint around-coming", { "data-testid": "around-coming" });
  return (done: number | undefined, size: number) => {
    if (done === undefined) line.remove();
    else if (!line.isConnected) box.append(line);
    line.textContent = t("detail.arriving", { done: sizeWords(done ?? size), size: sizeWords(size) });
  };
}
