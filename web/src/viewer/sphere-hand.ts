// Hands and keys on a panorama: drag with a mouse or a finger, pinch, wheel, double click, arrows. What was under the finger
// stays there; a quick drag glides on a little, unless less motion is wanted.
import { dragged, type Look, pixelAngle } from "./sphere.ts";

export interface Held {
  look(): Look;
  turn(look: Look): void;
  /** Pixels of the longer side, as those of a pointer are counted. */
  longer(): number;
}

/** What a step by a key or a button turns, as a part of what is shown. */
const step = 1 / 6;
const closer = 1.25;
/** A glide loses this much of its speed in each millisecond, and ends below so many pixels in one. */
const friction = 0.006;
const still = 0.02;

export const stepped = (look: Look, x: number, y: number): Look => ({
  ...look,
  yaw: look.yaw + x * look.fov * step,
  pitch: look.pitch + y * look.fov * step,
});

/** Zoomed by steps: of tangents, so that each looks as large as the one before. */
export function zoomed(look: Look, steps: number): Look {
  const tan = Math.tan((look.fov * Math.PI) / 360) / closer ** steps;
  return { ...look, fov: (Math.atan(tan) * 360) / Math.PI };
}

export class Hand {
  private readonly element: HTMLElement;
  private readonly held: Held;
  private readonly down = new Map<number, PointerEvent>();
  private speed = { x: 0, y: 0, at: 0 };
  private frame = 0;

  constructor(element: HTMLElement, held: Held, signal: AbortSignal) {
    this.element = element;
    this.held = held;
    const on = <K extends keyof HTMLElementEventMap>(type: K, act: (event: HTMLElementEventMap[K]) => void) =>
      element.addEventListener(type, act, { signal, passive: false });
    on("pointerdown", (event) => this.press(event));
    on("pointermove", (event) => this.move(event));
    on("pointerup", (event) => this.release(event));
    on("pointercancel", (event) => this.down.delete(event.pointerId));
    on("wheel", (event) => this.wheel(event));
    on("dblclick", (event) => this.turn(zoomed(this.pointed(event, 0.5), 2)));
    signal.addEventListener("abort", () => cancelAnimationFrame(this.frame));
  }

  private turn(look: Look): void {
    this.held.turn(look);
  }

  private press(event: PointerEvent): void {
    if (event.button !== 0) return;
    cancelAnimationFrame(this.frame);
    this.speed = { x: 0, y: 0, at: event.timeStamp };
    this.down.set(event.pointerId, event);
    this.element.setPointerCapture(event.pointerId);
    this.element.classList.add("is-held");
  }

  private move(event: PointerEvent): void {
    const before = this.down.get(event.pointerId);
    if (!before) return;
    const span = this.span();
    this.down.set(event.pointerId, event);
    const share = this.down.size;
    const [dx, dy] = [(event.clientX - before.clientX) / share, (event.clientY - before.clientY) / share];
    const look = dragged(this.held.look(), dx, dy, this.held.longer());
    const pinched = share === 2 && span > 0 ? Math.log(this.span() / span) / Math.log(closer) : 0;
    this.turn(zoomed(look, pinched));
    this.hasten(dx, dy, event.timeStamp);
  }

  /** Pixels in a millisecond, of the last few. */
  private hasten(dx: number, dy: number, at: number): void {
    const ms = Math.max(at - this.speed.at, 1);
    const old = Math.exp(-ms / 40);
    const mixed = (was: number, by: number) => was * old + (by / ms) * (1 - old);
    this.speed = { x: mixed(this.speed.x, dx), y: mixed(this.speed.y, dy), at };
  }

  /** How far two fingers are apart. */
  private span(): number {
    const [a, b] = [...this.down.values()];
    return a && b ? Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) : 0;
  }

  private release(event: PointerEvent): void {
    if (!this.down.delete(event.pointerId) || this.down.size > 0) return;
    this.element.classList.remove("is-held");
    const rested = event.timeStamp - this.speed.at > 80;
    if (!rested && !matchMedia("(prefers-reduced-motion: reduce)").matches) this.glide(performance.now());
  }

  private glide(from: number): void {
    this.frame = requestAnimationFrame((now) => {
      const ms = Math.min(Math.max(now - from, 0), 64);
      const { x, y, at } = this.speed;
      if (Math.hypot(x, y) < still) return;
      this.turn(dragged(this.held.look(), x * ms, y * ms, this.held.longer()));
      const kept = Math.exp(-friction * ms);
      this.speed = { x: x * kept, y: y * kept, at };
      this.glide(now);
    });
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    cancelAnimationFrame(this.frame);
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    this.turn(zoomed(this.held.look(), (-event.deltaY * lines) / 150));
  }

  /** A look turned towards where a pointer is, by a part of the way. */
  private pointed(event: MouseEvent, part: number): Look {
    const box = this.element.getBoundingClientRect();
    const look = this.held.look();
    const [x, y] = [event.clientX - box.x - box.width / 2, event.clientY - box.y - box.height / 2];
    const angle = (pixelAngle(look.fov, this.held.longer()) * 180) / Math.PI;
    return { ...look, yaw: look.yaw + x * angle * part, pitch: look.pitch - y * angle * part };
  }
}
