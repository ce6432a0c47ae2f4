// The engine inside a worker: starts the compiled Go module and finds what it hands out.
import "go-wasm-exec";
import { Fault } from "./fault.ts";

interface GoRuntime {
  readonly importObject: WebAssembly.Imports;
  run(instance: WebAssembly.Instance): Promise<void>;
}

/** What wasm/bridge puts into the global scope. Every call answers later; what goes wrong carries a code. */
export interface Bridge {
  readonly [call: string]: (...args: unknown[]) => Promise<unknown>;
}

declare global {
  var Go: new () => GoRuntime;
  var safelight: Bridge | undefined;
  var safelightMemory: (() => number) | undefined;
}

export class GoEngine {
  readonly #bridge: Bridge;
  readonly #memory: WebAssembly.Memory;
  /** Rejects when the program ends. It never ends by itself unless memory ran out: Go has no other way to say so. */
  readonly #end: Promise<never>;

  private constructor(bridge: Bridge, memory: WebAssembly.Memory, end: Promise<never>) {
    this.#bridge = bridge;
    this.#memory = memory;
    this.#end = end;
  }

  static async start(module: WebAssembly.Module): Promise<GoEngine> {
    const go = new globalThis.Go();
    const instance = await WebAssembly.instantiate(module, go.importObject);
    const end = go.run(instance).then(() => {
      throw new Fault("memory");
    });
    end.catch(() => undefined);
    const bridge = globalThis.safelight;
    if (!bridge) throw new Fault("internal");
    // For tests, which add up what all workers hold.
    globalThis.safelightMemory = () => (instance.exports.mem as WebAssembly.Memory).buffer.byteLength;
    return new GoEngine(bridge, instance.exports.mem as WebAssembly.Memory, end);
  }

  /** Bytes of memory in use; it never shrinks while the engine lives. */
  get memory(): number {
    return this.#memory.buffer.byteLength;
  }

  async call(name: string, ...args: unknown[]): Promise<unknown> {
    const call = this.#bridge[name];
    if (!call) throw new Fault("internal");
    return Promise.race([call(...args), this.#end]);
  }
}
