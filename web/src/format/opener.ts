// The page's side of the opener: starts its worker, or does the same work on the page's thread where none starts.
import { lazy, workerUrl } from "../lib/lazy.ts";
import type { Bytes } from "./bytes.ts";
import { FormatError } from "./errors.ts";
import type { Index, Manifest, Photo } from "./manifest.ts";
import type { Here } from "./opener-here.lazy.ts";
import type { Answer, Call, Calls, Checked, Op, ToCheck, ToOpen } from "./opener-protocol.ts";
import type { Place } from "./span.ts";
import type { Statement } from "./statement.ts";

/** A variant that is being opened while it arrives. */
export interface Opening {
  feed(bytes: Bytes): Promise<void>;
  /** What is there so far, not checked: to be looked at. */
  beginning(): Promise<Bytes>;
  /** The checked bytes. */
  finish(): Promise<Bytes>;
  /** Ends it early; finish is not called any more. */
  drop(): void;
}

export interface Opener {
  check(a: ToCheck): Promise<Checked>;
  manifest(a: ToOpen): Promise<Manifest>;
  index(doc: Bytes, statement: Statement, index: Index): Promise<readonly Photo[]>;
  variant(place: Place): Opening;
  /** Ends the worker and with it everything it knows. */
  close(): void;
}

type Caller = <O extends Op>(op: O, args: Calls[O]["args"], transfer?: Transferable[]) => Promise<Calls[O]["gives"]>;

/** Starts the opener. It is ready for calls at once. */
export function startOpener(): Opener {
  const { caller, close } = connect();
  let jobs = 0;
  return {
    close,
    check: (a) => caller("check", a),
    manifest: (a) => caller("manifest", a),
    index: (doc, statement, index) => caller("index", { doc, statement, index }),
    variant(place) {
      const job = ++jobs;
      const begun = caller("begin", { job, place });
      begun.catch(() => {}); // told by what follows
      return {
        async feed(bytes) {
          await begun;
          await caller("feed", { job, bytes }, [bytes.buffer]);
        },
        beginning: () => begun.then(() => caller("beginning", { job })),
        finish: () => begun.then(() => caller("finish", { job })),
        drop() {
          caller("drop", { job }).catch(() => {});
        },
      };
    },
  };
}

function connect(): { caller: Caller; close: () => void } {
  const worker = startWorker();
  let here: Promise<Here> | undefined;
  const onThisThread = () => {
    here ??= lazy<{ openHere(): Here }>("opener-here").then((m) => m.openHere());
    return here;
  };
  return {
    close: () => worker.close(),
    async caller(op, args, transfer) {
      if (await worker.started) return worker.call(op, args, transfer);
      return (await onThisThread()).call(op, args);
    },
  };
}

interface Pending {
  resolve(value: Calls[Op]["gives"]): void;
  reject(error: unknown): void;
}

interface WorkerSide {
  /** False when the browser does not run it. */
  readonly started: Promise<boolean>;
  readonly call: Caller;
  close(): void;
}

function startWorker(): WorkerSide {
  const pending = new Map<number, Pending>();
  let calls = 0;
  let worker: Worker | undefined;
  const fail = (error: Error) => {
    for (const p of pending.values()) p.reject(error);
    pending.clear();
  };
  const started = new Promise<boolean>((resolve) => {
    try {
      worker = new Worker(workerUrl("opener.worker"));
    } catch {
      resolve(false);
      return;
    }
    worker.onerror = () => {
      resolve(false);
      fail(new Error("the opener ended"));
    };
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if ("ready" in data) resolve(true);
      else settle(pending, data);
    };
  });
  return {
    started,
    call: (op, args, transfer = []) =>
      new Promise((resolve, reject) => {
        const n = ++calls;
        pending.set(n, { resolve: resolve as Pending["resolve"], reject });
        worker?.postMessage({ n, op, args } as Call, transfer);
      }),
    close() {
      worker?.terminate();
      fail(new DOMException("closed", "AbortError"));
    },
  };
}

function settle(pending: Map<number, Pending>, answer: Exclude<Answer, { ready: true }>): void {
  const p = pending.get(answer.n);
  pending.delete(answer.n);
  if ("gives" in answer) p?.resolve(answer.gives);
  else p?.reject(answer.code === "failed" ? new Error(answer.message) : new FormatError(answer.code, answer.message));
}
