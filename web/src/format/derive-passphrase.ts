// The page's side of a passphrase: its worker is loaded when somebody presses Open, and ended after one answer.
import { lazy, workerUrl } from "../lib/lazy.ts";
import type { Bytes } from "./bytes.ts";
import { FormatError } from "./errors.ts";
import type * as Here from "./passphrase-here.lazy.ts";
import type { PassphraseAnswer, PassphraseCall } from "./passphrase-protocol.ts";

export interface Derivation {
  readonly id: Bytes;
  readonly passphrase: string;
  /** Gives the blinded element to the server and returns its answer. */
  readonly ask: (element: Bytes) => Promise<Bytes>;
  /** Gets 0 to 1. */
  readonly progress: (done: number) => void;
  readonly signal: AbortSignal;
}

/** PW. Throws FormatError, what ask throws, UpdatedError when the late files are gone, or AbortError. */
export async function derivePassphrase(d: Derivation): Promise<Bytes> {
  const worker = await start(d.signal);
  if (!worker) return deriveHere(d);
  try {
    const element = await worker.call({ op: "blind", id: d.id, passphrase: d.passphrase }, d.progress);
    const evaluated = await d.ask(element);
    return await worker.call({ op: "finish", id: d.id, evaluated }, d.progress);
  } finally {
    worker.end();
  }
}

async function deriveHere(d: Derivation): Promise<Bytes> {
  const here = await lazy<typeof Here>("passphrase-here");
  const question = here.blind(d.id, d.passphrase);
  const y = here.finalize(question, await d.ask(question.element));
  return here.stretchInSlices(y, d.id, d.progress, d.signal);
}

interface Running {
  call(call: PassphraseCall, progress: (done: number) => void): Promise<Bytes>;
  end(): void;
}

/** The worker once it runs; undefined where none starts. */
async function start(signal: AbortSignal): Promise<Running | undefined> {
  signal.throwIfAborted();
  let worker: Worker;
  try {
    worker = new Worker(workerUrl("passphrase.worker"));
  } catch {
    return undefined;
  }
  const ready = await new Promise<boolean>((resolve) => {
    worker.onmessage = () => resolve(true);
    worker.onerror = () => resolve(false);
  });
  if (!ready) return undefined;
  return { call: (call, progress) => ask(worker, call, progress, signal), end: () => worker.terminate() };
}

function ask(
  worker: Worker,
  call: PassphraseCall,
  progress: (done: number) => void,
  signal: AbortSignal,
): Promise<Bytes> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      worker.terminate();
      reject(signal.reason);
    };
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    worker.onerror = () => reject(new Error("the passphrase worker ended"));
    worker.onmessage = ({ data }: MessageEvent<PassphraseAnswer>) => {
      switch (data.is) {
        case "progress":
          return progress(data.done);
        case "element":
          return resolve(data.element);
        case "pw":
          return resolve(data.pw);
        case "failed":
          return reject(data.code === "failed" ? new Error(data.message) : new FormatError(data.code, data.message));
        case "ready":
          return;
        default:
          data satisfies never;
      }
    };
    worker.postMessage(call);
  });
}
