// The line to the pack worker, the only one that holds the secrets of a share. It ends with close(): there is no other
// way to cancel a call, and nothing else to do with it then.
import { Fault, faultOf } from "./fault.ts";
import type { Line } from "./pool.ts";
import type { Answer, PackCalls, Part } from "./protocol.ts";

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (reason: unknown) => void;
}

export class PackLine {
  readonly #line: Line;
  readonly #ended: () => void;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #known = false;
  #closed: unknown;

  /** line has the engine in it already. ended is told when one that could be started is no more. */
  constructor(line: Line, onPart: (part: Part) => void, ended: () => void) {
    this.#line = line;
    this.#ended = ended;
    line.onmessage = ({ data }: MessageEvent<Answer | Part>) => {
      this.#known = true;
      if ("part" in data) onPart(data);
      else this.#settle(data);
    };
    line.onerror = (event) => {
      event.preventDefault();
      this.close(new Fault(this.#known ? "internal" : "updated"));
    };
  }

  call<Name extends keyof PackCalls>(
    name: Name,
    ...args: Parameters<PackCalls[Name]>
  ): Promise<ReturnType<PackCalls[Name]>> {
    return new Promise((resolve, reject) => {
      if (this.#closed !== undefined) return reject(this.#closed);
      const id = ++this.#last;
      this.#waiting.set(id, { resolve: resolve as (value: never) => void, reject });
      this.#line.postMessage({ id, call: name, args }, []);
    });
  }

  /** Ends the worker and with it the secrets. Whoever waits gets the reason. */
  close(reason: unknown = new Fault("internal")): void {
    if (this.#closed === undefined && this.#known) this.#ended();
    this.#closed ??= reason;
    this.#line.terminate();
    for (const { reject } of this.#waiting.values()) reject(reason);
    this.#waiting.clear();
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (!waiting) return;
    if ("fault" in answer) waiting.reject(faultOf(answer.fault));
    else waiting.resolve(answer.value as never);
  }
}
