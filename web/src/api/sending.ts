// How a request leaves the page, and nothing of what follows: what begins before the rest of the page is there needs no more.
// Nothing else in the pages asks the server's API for anything.
import type { Bytes } from "../format/bytes.ts";

const msgpackType = "application/vnd.safelight+msgpack";

export interface Sent {
  readonly method?: "GET" | "POST" | "PUT";
  readonly body?: Bytes | Blob;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that began before whoever waits for its answer was there. */
export interface OnItsWay {
  readonly answer: Promise<Response>;
  readonly stop: () => void;
}

/**
 * Sends a request to a path below api/v1/. Requests carry no referrer, are never cached, and follow no redirect: a redirect
 * would be given the body and the fragment of nobody we know. They take the connection on which the page came, which one
 * without credentials may not; no cookie is ever set, but a gate that an operator has put in front may know its own again.
 */
export function send(path: string, { method, body, headers }: Sent, signal: AbortSignal): Promise<Response> {
  return fetch(`api/v1/${path}`, {
    method: method ?? "GET",
    ...(body ? { body } : {}),
    headers: { ...(body ? { "Content-Type": msgpackType } : {}), ...headers },
    signal,
    cache: "no-store",
    credentials: "same-origin",
    redirect: "error",
    referrerPolicy: "no-referrer",
  });
}
