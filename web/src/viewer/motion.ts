// Pictures that move: they play, and a button shows the still first frame instead. Who asked for less motion sees that first.
import type { Bytes } from "../format/bytes.ts";
import type { Variant } from "../format/manifest.ts";
import { isShown, mimeOf } from "../format/media.ts";
import { readPlace } from "../model/opening.ts";
import { readIf } from "../model/peek.ts";
import { originalOf } from "./candidates.ts";
import { moves } from "./moving.ts";
import { pictureUrl, type SlideParts } from "./page-parts.ts";

/** A larger original is fetched when somebody zooms or saves, not to see whether it moves. */
const most = 16_000_000;

/** Kinds that may move. Nearly every GIF does; of the others the beginning says it. */
const mayMove = new Set(["gif", "webp", "png", "avif"]);

export class Motion {
  private readonly p: SlideParts;
  private readonly i: number;
  private readonly print: HTMLElement;
  private readonly frame: HTMLElement;
  private readonly ends = new AbortController();
  private readonly parts: Element[] = [];
  private image: HTMLImageElement | undefined;

  constructor(p: SlideParts, i: number, print: HTMLElement, frame: HTMLElement) {
    this.p = p;
    this.i = i;
    this.print = print;
    this.frame = frame;
  }

  /** Fetches the original of what may move. */
  async start(): Promise<void> {
    const photo = this.p.share.photos[this.i];
    const variant = photo && originalOf(photo);
    const { saveData } = (navigator as { connection?: { saveData?: boolean } }).connection ?? {};
    if (!variant || !mayMove.has(variant.media) || variant.size > most || saveData) return;
    const { share, reading } = this.p;
    const { signal } = this.ends;
    const bytes = await reading(share, signal, (ports, both) =>
      variant.media === "gif"
        ? readPlace(ports, share, variant, both)
        : readIf(ports, share, variant, (beginning) => moves(beginning, variant.media), both),
    );
    if (bytes) this.found(bytes, variant);
  }

  /** The original is there, for whatever reason. */
  found(bytes: Bytes, variant: Variant): void {
    if (this.image || this.ends.signal.aborted || !isShown(variant.media) || !moves(bytes, variant.media)) return;
    void this.show(bytes, variant);
  }

  private async show(bytes: Bytes, { media }: Variant): Promise<void> {
    const still = await firstFrame(new Blob([bytes], { type: mimeOf(media) }));
    if (!still || this.ends.signal.aborted) return;
    const image = new Image();
    image.alt = "";
    image.draggable = false;
    image.className = "moving";
    image.src = pictureUrl(bytes, mimeOf(media));
    still.className = "moving";
    this.image = image;
    const button = this.button();
    let playing = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    const draw = () => {
      // Both cover what is below, which may be the same moving file.
      (playing ? still : image).remove();
      this.print.append(playing ? image : still);
      button.textContent = this.p.t(playing ? "motion.pause" : "motion.play");
      button.dataset["state"] = playing ? "playing" : "paused";
    };
    button.addEventListener("click", () => {
      playing = !playing;
      draw();
    });
    draw();
    this.parts.push(image, still, button);
    this.frame.append(button);
  }

  private button(): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn motion";
    button.dataset["testid"] = "motion";
    return button;
  }

  close(): void {
    this.ends.abort();
    for (const part of this.parts) part.remove();
    if (this.image) URL.revokeObjectURL(this.image.src);
  }
}

async function firstFrame(blob: Blob): Promise<HTMLCanvasElement | undefined> {
  try {
    const bitmap = await createImageBitmap(blob);
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
    canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
    bitmap.close();
    return canvas;
  } catch {
    return undefined;
  }
}
