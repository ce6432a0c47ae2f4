// One request to the server: until an answer has begun, again where that may help.
import type { Bytes } from "../format/bytes.ts";
import { readBody } from "./body.ts";
import { ApiError, isAway, refusal } from "./errors.ts";
import { type OnItsWay, type Sent, send } from "./sending.ts";

/** The last millisecond that Date and Intl know; they throw on anything later. */
export const latest = 8.64e15;

export interface Ask extends Sent {
  readonly signal: AbortSignal;
  /** How often it is tried in all; more than once only for what may happen twice. */
  readonly tries?: number;
  /** Milliseconds until an answer has to begin. */
  readonly patience?: number;
  /** The first try, which began before. */
  readonly begun?: OnItsWay | undefined;
}

const pauses = [400, 1500, 4000];
const defaultPatience = 30_000;

/** Milliseconds to wait after the nth failure in a row, from 1. */
export const backoff = (n: number): number => pauses[n - 1] ?? 4000;

/** Sends a request to a path below api/v1/. Resolves with a success, rejects with ApiError or AbortError. */
export async function ask(path: string, a: Ask): Promise<Response> {
  for (let tried = 1; ; tried++) {
    try {
      return await askOnce(path, a, tried === 1 ? a.begun : undefined);
    } catch (error) {
      if (!isAway(error) || tried >= (a.tries ?? 1)) throw error;
      await pause(backoff(tried), a.signal);
    }
  }
}

async function askOnce(path: string, a: Ask, begun: OnItsWay | undefined): Promise<Response> {
  const timer = new AbortController();
  const timeout = setTimeout(() => timer.abort(), a.patience ?? defaultPatience);
  const forward = () => timer.abort(a.signal.reason);
  a.signal.throwIfAborted();
  a.signal.addEventListener("abort", forward, { once: true });
  let response: Response;
  try {
    if (begun) timer.signal.addEventListener("abort", begun.stop);
    response = await (begun?.answer ?? send(path, a, timer.signal));
  } catch {
    a.signal.throwIfAborted();
    throw new ApiError("unreachable");
  } finally {
    clearTimeout(timeout);
  }
  if (response.ok) return response;
  throw await refusal(response);
}

/** Waits; rejects with the signal's reason when that comes first. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    signal.addEventListener("abort", stop, { once: true });
  });
}

/** The bytes of a reply that is small. patience: milliseconds in which something more of it has to arrive. */
export async function bytesOf(response: Response, signal: AbortSignal, patience?: number): Promise<Bytes> {
  let bytes: Bytes | undefined;
  try {
    bytes = await readBody(response, patience);
  } catch {
    signal.throwIfAborted();
    throw new ApiError("unreachable");
  }
  if (!bytes) throw new ApiError("reply");
  return bytes;
}
