// What is on its way of a share: which bytes of each photo are sealed, what has arrived, how fast.
import type { Part } from "../engine/protocol.ts";
import { loadOf } from "./send-outgoing.ts";
import type { Photo } from "./send-prepare.ts";
import { type Arrived, arrive, type Load, Pace, type Span, wholeProgress } from "./send-progress.ts";

export class Cargo {
  /** As they were when it left. */
  readonly photos: readonly Photo[];
  readonly #spans: Span[][];
  readonly #arrived: Arrived[] = [[], []];
  readonly #pace = new Pace();

  constructor(photos: readonly Photo[] = []) {
    this.photos = photos;
    this.#spans = photos.map(() => []);
  }

  get arrived(): readonly Arrived[] {
    return this.#arrived;
  }

  get speed(): number | undefined {
    return this.#pace.speed();
  }

  /** How far each of these is: the photos of this cargo as they are by now, or those that are being chosen. */
  loads(photos: readonly Photo[]): readonly Load[] {
    return photos.map((photo, i) => ({ ...loadOf(photo), spans: this.#spans[i] ?? [] }));
  }

  secondsLeft(photos: readonly Photo[]): number | undefined {
    const { bytes, sent } = wholeProgress(this.loads(photos), this.#arrived);
    return this.#pace.secondsFor(bytes - sent);
  }

  sealed(photo: number, span: Span): void {
    this.#spans[photo]?.push(span);
  }

  /** The server has a part at now. */
  took({ bundle, offset, bytes }: Part, now: number, photos: readonly Photo[]): void {
    this.#arrived[bundle] = arrive(this.#arrived[bundle] ?? [], offset, offset + bytes.length);
    this.#pace.note(now, wholeProgress(this.loads(photos), this.#arrived).sent);
  }
}
