// One request to the server. Nothing else in the pages fetches. Requests carry no cookie and no referrer, are never
// cached, and follow no redirect: a redirect would be given the body and the fragment of nobody we know.
import type { Bytes } from "../format/bytes.ts";
import { readBody } from "./body.ts";
import { ApiError, isAway, refusal } from "./errors.ts";

export const msgpackType = "application/vnd.safelight+msgpack";

/** The last millisecond that Date and Intl know; they throw on anything later. */
export const latest = 8.64e15;

export interface Ask {
  readonly method?: "GET" | "POST" | "PUT";
  readonly body?: Bytes | Blob;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** How often it is tried in all; more than once only for what may happen twice. */
  readonly tries?: number;
  /** Milliseconds until an answer has to begin. */
  readonly patience?: number;
}

const pauses = [400, 1500, 4000];
const defaultPatience = 30_000;

/** Milliseconds to wait after the nth failure in a row, from 1. */
export const backoff = (n: number): number => pauses[n - 1] ?? 4000;

/** Sends a request to a path below api/v1/. Resolves with a success, rejects with ApiError or AbortError. */
export async function ask(path: string, a: Ask): Promise<Response> {
  for (let tried = 1; ; tried++) {
    try {
      return await askOnce(path, a);
    } catch (error) {
      if (!isAway(error) || tried >= (a.tries ?? 1)) throw error;
      await pause(backoff(tried), a.signal);
    }
  }
}

async function askOnce(path: string, a: Ask): Promise<Response> {
  const timer = new AbortController();
  const timeout = setTimeout(() => timer.abort(), a.patience ?? defaultPatience);
  const forward = () => timer.abort(a.signal.reason);
  a.signal.throwIfAborted();
  a.signal.addEventListener("abort", forward, { once: true });
  let response: Response;
  try {
    response = await fetch(`api/v1/${path}`, {
      method: a.method ?? "GET",
      ...(a.body ? { body: a.body } : {}),
      headers: { ...(a.body ? { "Content-Type": msgpackType } : {}), ...a.headers },
      signal: timer.signal,
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      referrerPolicy: "no-referrer",
    });
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
