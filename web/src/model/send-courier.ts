// Sees a request through: tries again by itself while that makes sense, and when it does not, waits for a person (or for
// the network) instead of giving up. All requests of a share go through one courier, so that they pause together.

/** How a try went wrong. */
export interface SendFault {
  /** "again": by itself; "wait": when a person says so, or the network is back; "never": it will not help. */
  readonly retry: "again" | "wait" | "never";
  readonly code: string;
  /** Milliseconds that the server asks for. */
  readonly after?: number;
}

export interface CourierPorts {
  readonly faultOf: (thrown: unknown) => SendFault;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Everything pauses with a fault, or goes on. */
  readonly paused: (fault: SendFault | undefined) => void;
}

/** Tries of one request before it waits for a person. */
export const tries = 6;

export class Courier {
  readonly #ports: CourierPorts;
  readonly signal: AbortSignal;
  #pause: Promise<void> | undefined;
  #resume: (() => void) | undefined;

  constructor(ports: CourierPorts, signal: AbortSignal) {
    this.#ports = ports;
    this.signal = signal;
  }

  /** Runs request until it succeeds. Rejects with what never helps, or with the signal's reason. stumbled hears of tries. */
  async deliver<Value>(request: (signal: AbortSignal) => Promise<Value>, stumbled?: () => void): Promise<Value> {
    for (let n = 1; ; n++) {
      await this.#pause;
      this.signal.throwIfAborted();
      try {
        return await request(this.signal);
      } catch (thrown) {
        this.signal.throwIfAborted();
        const fault = this.#ports.faultOf(thrown);
        if (fault.retry === "never") throw thrown;
        stumbled?.();
        if (fault.retry === "wait" || n % tries === 0) await this.#hold(fault);
        else await this.#ports.sleep(fault.after ?? Math.min(15_000, 500 * 2 ** ((n - 1) % tries)), this.signal);
      }
    }
  }

  /** Waits, but not longer than there is something to wait for. */
  pause(ms: number): Promise<void> {
    return this.#ports.sleep(ms, this.signal);
  }

  /** Goes on after a pause. */
  resume(): void {
    this.#resume?.();
  }

  /** Pauses everything until resume; what is on its way may still arrive. */
  #hold(fault: SendFault): Promise<void> {
    this.#pause ??= this.#waiting(fault);
    return this.#pause;
  }

  async #waiting(fault: SendFault): Promise<void> {
    this.#ports.paused(fault);
    await new Promise<void>((resolve) => {
      this.#resume = resolve;
      this.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    this.#pause = undefined;
    this.#resume = undefined;
    if (!this.signal.aborted) this.#ports.paused(undefined);
  }
}
