// The near end of the protocol: starts the workers and calls them. Nothing else in the pages makes a worker for sending.
import { asset, UpdatedError, workerUrl } from "../lib/lazy.ts";
import { Fault, type FaultCode } from "./fault.ts";
import { PackLine } from "./pack-line.ts";
import { type Line, Pool } from "./pool.ts";
import type { Coded, Part, Spec, Stripped } from "./protocol.ts";

const mebi = 1 << 20;

/** The engine keeps what memory it once had: a strip worker that grew beyond this is replaced by a new one. */
const spentMemory = 80 * mebi;

/** Bytes of photos being stripped at once; the engine needs some five times as much. */
const stripLimit = 12 * mebi;

/** Pixels being decoded at once, some ten bytes each. */
const codecLimit = 30_000_000;

export class Engine {
  #compiling: Promise<WebAssembly.Module> | undefined;
  #module: WebAssembly.Module | undefined;
  /** A pack worker that is started while photos are looked at, so that the link is there when Send is pressed. */
  #spare: Line | undefined;
  readonly #strip: Pool;
  readonly #codec: Pool;

  constructor(cores = navigator.hardwareConcurrency || 2) {
    this.#strip = new Pool({
      start: () => this.#starting("strip.worker"),
      missing: () => whyMissing("strip.worker"),
      size: cores > 3 ? 2 : 1,
      limit: stripLimit,
      spent: (value) => ((value as { memory?: number } | undefined)?.memory ?? 0) > spentMemory,
    });
    this.#codec = new Pool({
      start: () => new Worker(workerUrl("codec.worker")),
      missing: () => whyMissing("codec.worker"),
      size: Math.max(1, Math.min(3, cores - 1)),
      limit: codecLimit,
    });
  }

  /** Has the engine and a worker of each kind there before they are needed. Failures show when they are. */
  async warm(): Promise<void> {
    try {
      await this.#compiled();
      this.#strip.warm();
      this.#codec.warm();
      this.#spare ??= this.#starting("pack.worker");
    } catch {
      // Whoever needs it tries again and hears why.
    }
  }

  async strip(photo: Blob, signal: AbortSignal): Promise<Stripped> {
    await this.#compiled();
    this.#spare ??= this.#starting("pack.worker");
    const { stripped } = (await this.#strip.run("strip", [photo], photo.size, signal)) as { stripped: Stripped };
    return stripped;
  }

  async encode(photo: Blob, { plan, width, height }: Stripped, signal: AbortSignal): Promise<readonly Coded[]> {
    return (await this.#codec.run(
      "encode",
      [photo, plan satisfies readonly Spec[]],
      width * height,
      signal,
    )) as Coded[];
  }

  /** The one worker that holds the secrets of a share. onPart gets every sealed part. */
  async pack(onPart: (part: Part) => void): Promise<PackLine> {
    await this.#compiled();
    const worker = this.#spare ?? this.#starting("pack.worker");
    this.#spare = undefined;
    return new PackLine(worker, onPart);
  }

  /** A worker with the engine in it: every call waits for #compiled first. */
  #starting(name: string): Line {
    const worker = new Worker(workerUrl(name));
    worker.postMessage({ id: -1, call: "start", args: [this.#module] });
    return worker;
  }

  /** Compiles once for all workers; after a failure the next call tries again. */
  async #compiled(): Promise<WebAssembly.Module> {
    this.#compiling ??= compile();
    try {
      this.#module = await this.#compiling;
      return this.#module;
    } catch (thrown) {
      this.#compiling = undefined;
      throw thrown;
    }
  }
}

/** A worker whose script does not come: the file is gone since an update, or the server is. */
async function whyMissing(name: string): Promise<FaultCode> {
  try {
    const { ok } = await fetch(asset(name).href, { method: "HEAD", credentials: "omit" });
    return ok ? "away" : "updated";
  } catch {
    return "away";
  }
}

async function compile(): Promise<WebAssembly.Module> {
  if (typeof WebAssembly !== "object") throw new Fault("no-wasm");
  let response: Response;
  try {
    const { href, integrity } = asset("engine");
    response = await fetch(href, { integrity, credentials: "omit" });
  } catch (thrown) {
    throw new Fault(thrown instanceof UpdatedError ? "updated" : "away");
  }
  if (!response.ok) throw new Fault("updated");
  try {
    return await WebAssembly.compileStreaming(response);
  } catch (thrown) {
    throw new Fault(thrown instanceof WebAssembly.CompileError ? "no-wasm" : "away");
  }
}
