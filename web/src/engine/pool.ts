// Workers of one kind, and the calls that wait for one. A worker does one call at a time; aborting a call that runs
// ends its worker, because neither Go nor a codec yields while it computes, and the next call starts a new one.
import { cargo } from "./cargo.ts";
import { Fault, type FaultCode, faultOf } from "./fault.ts";
import type { Answer, Decoded } from "./protocol.ts";

/** What the pool needs of a Worker. */
export interface Line {
  postMessage(message: unknown, transfer: Transferable[]): void;
  terminate(): void;
  onmessage: ((event: MessageEvent) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

interface Job {
  readonly call: string;
  readonly args: readonly unknown[];
  /** Bytes it will need, roughly. */
  readonly weight: number;
  readonly signal: AbortSignal | undefined;
  readonly decoded: (() => void) | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

interface Hand {
  readonly line: Line;
  job: Job | undefined;
  /** Has answered at least once: a failure is not the missing file. */
  known: boolean;
}

export interface PoolOptions {
  /** Starts a worker that is ready for calls. */
  readonly start: () => Line;
  readonly size: number;
  /** How much weight may be worked on at once; something heavier than that works alone. */
  readonly limit: number;
  /** Why a worker never came; asked when one breaks that has not said anything yet. */
  readonly missing: () => Promise<FaultCode>;
  /** Whether a worker that answered with this value has to go, so that its memory returns to the system. */
  readonly spent?: (value: unknown) => boolean;
}

export class Pool {
  readonly #options: PoolOptions;
  #hands: Hand[] = [];
  #waiting: Job[] = [];

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /**
   * Runs call in the next free worker, before all that waits if it is first. Rejects with a Fault, or the signal's reason.
   * decoded hears when the worker says so.
   */
  run(
    call: string,
    args: readonly unknown[],
    weight: number,
    signal?: AbortSignal,
    first = false,
    decoded?: () => void,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const job: Job = { call, args, weight, signal, decoded, resolve, reject };
      signal?.addEventListener("abort", () => this.#abort(job), { once: true });
      if (first) this.#waiting.unshift(job);
      else this.#waiting.push(job);
      this.#next();
    });
  }

  /** Has a worker there before there is something to do. */
  warm(): void {
    if (this.#hands.length === 0) this.#hire();
  }

  /** Lets it practise: short calls one after the other, for as long as nothing else is to be done. */
  async practise(times: number): Promise<void> {
    for (let step = 0; step < times && !this.#hands.some((hand) => hand.job); step++) await this.run("warm", [step], 1);
  }

  #next(): void {
    const job = this.#waiting[0];
    if (!job) return;
    const busy = this.#hands.filter((hand) => hand.job);
    const weight = busy.reduce((sum, hand) => sum + (hand.job?.weight ?? 0), 0);
    if (busy.length > 0 && (busy.length >= this.#options.size || weight + job.weight > this.#options.limit)) return;
    const hand = this.#hands.find((candidate) => !candidate.job) ?? this.#hire();
    this.#waiting.shift();
    hand.job = job;
    hand.line.postMessage({ id: 0, call: job.call, args: job.args }, cargo(job.args, 2));
    this.#next();
  }

  #hire(): Hand {
    const hand: Hand = { line: this.#options.start(), job: undefined, known: false };
    hand.line.onmessage = ({ data }: MessageEvent<Answer | Decoded>) => {
      hand.known = true;
      if (data.id !== 0) return;
      const job = hand.job;
      if ("decoded" in data) return job?.decoded?.();
      hand.job = undefined;
      if ("fault" in data) {
        const fault = faultOf(data.fault);
        if (fault.code === "memory" || fault.code === "internal") this.#dismiss(hand);
        job?.reject(fault);
      } else {
        if (this.#options.spent?.(data.value)) this.#dismiss(hand);
        job?.resolve(data.value);
      }
      this.#next();
    };
    hand.line.onerror = (event) => {
      event.preventDefault();
      this.#dismiss(hand);
      void this.#bury(hand);
    };
    this.#hands.push(hand);
    return hand;
  }

  async #bury({ job, known }: Hand): Promise<void> {
    job?.reject(new Fault(known ? "internal" : await this.#options.missing()));
    this.#next();
  }

  #abort(job: Job): void {
    const hand = this.#hands.find((candidate) => candidate.job === job);
    if (hand) this.#dismiss(hand);
    else if (!this.#waiting.includes(job)) return;
    this.#waiting = this.#waiting.filter((other) => other !== job);
    job.reject(job.signal?.reason);
    this.#next();
  }

  #dismiss(hand: Hand): void {
    hand.line.onmessage = null;
    hand.line.onerror = null;
    hand.line.terminate();
    this.#hands = this.#hands.filter((other) => other !== hand);
  }
}
