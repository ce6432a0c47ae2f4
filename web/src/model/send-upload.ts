// Gets sealed parts to the server: several at a time, as many as make the whole faster, each tried again by itself.
import type { Part } from "../engine/protocol.ts";
import type { Courier } from "./send-courier.ts";

export interface UploadPorts {
  readonly put: (part: Part, signal: AbortSignal) => Promise<void>;
  readonly now: () => number;
  /** A part has arrived, durably. */
  readonly arrived: (part: Part) => void;
}

const kibi = 1024;
export const smallestPart = 256 * kibi;
export const largestPart = 8192 * kibi;

/** The part size for a speed in bytes a second: what passes in two seconds, as a power of two. */
export function partSizeFor(speed: number | undefined): number {
  if (speed === undefined) return 1024 * kibi;
  const wanted = 2 ** Math.round(Math.log2(Math.max(1, 2 * speed)));
  return Math.min(largestPart, Math.max(smallestPart, wanted));
}

const fewest = 2;
const most = 6;

/** A part as small as that takes no line from others. */
const tiny = 64 * kibi;

export class Uploader {
  readonly #ports: UploadPorts;
  readonly #courier: Courier;
  #waiting: Part[] = [];
  #flying = 0;
  /** Parts that have not arrived, by bundle. */
  readonly #open = new Map<number, number>();
  #width = fewest;
  /** The link opens: what it opens with has arrived. */
  #opens = false;
  #speeds: number[] = [];
  #fault: { readonly reason: unknown } | undefined;
  /** Rejects when a part never will arrive; never resolves. */
  readonly failed: Promise<never>;
  #reject: (reason: unknown) => void = () => undefined;
  #settling: {
    readonly bundle: number;
    readonly resolve: () => void;
    readonly reject: (reason: unknown) => void;
  }[] = [];

  constructor(ports: UploadPorts, courier: Courier) {
    this.#ports = ports;
    this.#courier = courier;
    this.failed = new Promise((_, reject) => {
      this.#reject = reject;
    });
    this.failed.catch(() => undefined);
    courier.signal.addEventListener("abort", () => this.#fail(courier.signal.reason), { once: true });
  }

  push(part: Part): void {
    this.#waiting.push(part);
    this.#count(part, 1);
    this.#fly();
  }

  /** Resolves when everything of a bundle that was pushed has arrived; rejects when it never will. */
  settled(bundle: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settling.push({ bundle, resolve, reject });
      this.#settle();
    });
  }

  /** The link opens now: all of the line is for the originals. */
  opened(): void {
    this.#opens = true;
    this.#fly();
  }

  #count({ bundle }: Part, more: number): void {
    this.#open.set(bundle, (this.#open.get(bundle) ?? 0) + more);
  }

  #fly(): void {
    for (let part = this.#next(); part; part = this.#next()) {
      this.#flying++;
      this.#send(part)
        .catch((thrown) => this.#fail(thrown))
        .finally(() => {
          this.#flying--;
          this.#fly();
          this.#settle();
        });
    }
  }

  /** What the link opens with goes first. Until it has arrived, no more than one part of originals is on its way. */
  #next(): Part | undefined {
    if (this.#fault) return undefined;
    const at = Math.max(
      0,
      this.#waiting.findIndex(({ bundle }) => bundle === 0),
    );
    const part = this.#waiting[at];
    if (!part || !this.#hasLine(part)) return undefined;
    this.#waiting.splice(at, 1);
    return part;
  }

  #hasLine({ bundle, bytes }: Part): boolean {
    if (bundle > 0 && !this.#opens) return this.#flying === 0;
    return this.#flying < (bytes.length <= tiny ? Math.min(most, this.#width + 1) : this.#width);
  }

  async #send(part: Part): Promise<void> {
    let began = 0;
    await this.#courier.deliver(
      (signal) => {
        began = this.#ports.now();
        return this.#ports.put(part, signal);
      },
      () => {
        this.#width = Math.max(1, this.#width - 1);
      },
    );
    this.#widen(part.bytes.length, this.#ports.now() - began);
    this.#count(part, -1);
    this.#ports.arrived(part);
  }

  /** One more at a time for as long as that makes the whole no slower. */
  #widen(bytes: number, ms: number): void {
    this.#speeds.push((this.#flying * bytes) / Math.max(1, ms));
    if (this.#speeds.length < 2 * this.#width) return;
    const half = this.#speeds.length >> 1;
    const mean = (list: number[]) => list.reduce((sum, x) => sum + x, 0) / list.length;
    const faster = mean(this.#speeds.slice(half)) >= 0.9 * mean(this.#speeds.slice(0, half));
    this.#width = faster ? Math.min(most, this.#width + 1) : Math.max(fewest, this.#width - 1);
    this.#speeds = [];
  }

  #fail(reason: unknown): void {
    this.#fault ??= { reason };
    this.#waiting = [];
    this.#reject(reason);
    this.#settle();
  }

  #settle(): void {
    const fault = this.#fault;
    const still = this.#settling.filter(({ bundle, resolve, reject }) => {
      if (fault) reject(fault.reason);
      else if (this.#open.get(bundle)) return true;
      else resolve();
      return false;
    });
    this.#settling = still;
  }
}
