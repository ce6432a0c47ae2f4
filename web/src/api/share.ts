// What a viewer asks the server for.
import { type Bytes, base64url, hex } from "../format/bytes.ts";
import { decode, encode, Fields, type Value } from "../format/msgpack.ts";
import { nextPiece } from "./body.ts";
import { ApiError, isAway } from "./errors.ts";
import { ask, backoff, bytesOf, latest, pause } from "./http.ts";
import { openRequest } from "./open-request.ts";
import type { OnItsWay } from "./sending.ts";

export interface OpenReply {
  readonly statement: Bytes;
  readonly signature: Bytes;
  readonly manifest: Bytes;
  readonly locks: Bytes;
  /** Empty unless the unlock token fits and no view is counted. */
  readonly pepper: Bytes;
  readonly taken: number;
  readonly draining: boolean;
  /** The server's time, ms. */
  readonly now: number;
}

export interface ToRead {
  readonly id: Bytes;
  readonly upload: Bytes;
  readonly unlock: Bytes;
  readonly start: number;
  readonly end: number;
}

const refused = () => new ApiError("reply");
const readTries = 4;

async function post(id: Bytes, verb: string, body: Value, signal: AbortSignal, tries: number): Promise<Bytes> {
  const response = await ask(`shares/${hex(id)}/${verb}`, { method: "POST", body: encode(body), signal, tries });
  return bytesOf(response, signal);
}

function fields(reply: Bytes, count: number): Fields {
  try {
    return new Fields(decode(reply), count, refused);
  } catch {
    throw refused();
  }
}

/**
 * Statement, manifest and, with the right unlock token and without a limit, the pepper. Counts nothing. begun: the same
 * request, if it is on its way already.
 */
export async function openShare(
  id: Bytes,
  read: Bytes,
  unlock: Bytes,
  guess: Bytes,
  signal: AbortSignal,
  tries = readTries,
  begun?: OnItsWay,
): Promise<OpenReply> {
  const { path, ...request } = openRequest(id, read, unlock, guess);
  const response = await ask(path, { ...request, signal, tries, begun });
  const f = fields(await bytesOf(response, signal), 8);
  return {
    statement: f.bin(),
    signature: f.bin(64),
    manifest: f.bin(),
    locks: f.bin(),
    pepper: f.bin(0, 32),
    taken: f.int(),
    draining: f.int() === 3,
    now: f.int(latest),
  };
}

export interface GuessReply {
  readonly evaluated: Bytes;
  readonly guess: Bytes;
}

/** One question about a passphrase. Never repeated by itself: the server counts it. */
export async function guess(
  id: Bytes,
  read: Bytes,
  revision: number,
  element: Bytes,
  signal: AbortSignal,
): Promise<GuessReply> {
  const f = fields(await post(id, "guess", [read, revision, element], signal, 1), 2);
  return { evaluated: f.bin(32), guess: f.bin(16) };
}

/** The pepper of a share with a view limit. Counted once for each take id, so it may be repeated. */
export async function take(
  id: Bytes,
  unlock: Bytes,
  revision: number,
  takeId: Bytes,
  guessId: Bytes,
  signal: AbortSignal,
): Promise<Bytes> {
  const f = fields(await post(id, "take", [unlock, revision, takeId, guessId], signal, readTries), 1);
  return f.bin(32);
}

/**
 * Reads sealed bytes from start up to but not including end. A connection that breaks is taken up again where it broke.
 */
export async function* readParts(r: ToRead, signal: AbortSignal): AsyncGenerator<Bytes> {
  let at = r.start;
  for (let broken = 0; at < r.end; ) {
    const before = at;
    try {
      for await (const bytes of readOnce({ ...r, start: at }, signal)) {
        at += bytes.length;
        yield bytes;
      }
    } catch (error) {
      if (!isAway(error)) throw error;
      broken = at > before ? 0 : broken + 1;
      if (broken >= readTries) throw error;
      await pause(backoff(Math.max(1, broken)), signal);
    }
  }
}

async function* readOnce(r: ToRead, signal: AbortSignal): AsyncGenerator<Bytes> {
  const response = await ask(`shares/${hex(r.id)}/parts/${hex(r.upload)}`, {
    headers: { Authorization: `Bearer ${base64url(r.unlock)}`, Range: `bytes=${r.start}-${r.end - 1}` },
    signal,
  });
  if (response.status !== 206 || !response.headers.get("Content-Range")?.startsWith(`bytes ${r.start}-${r.end - 1}/`))
    throw refused();
  const reader = response.body?.getReader();
  if (!reader) throw refused();
  let left = r.end - r.start;
  try {
    while (left > 0) {
      const { done, value } = await next(reader, signal);
      if (done) throw new ApiError("unreachable");
      left -= value.length;
      if (left < 0) throw refused();
      yield value as Bytes;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

async function next(reader: ReadableStreamDefaultReader<Uint8Array>, signal: AbortSignal) {
  const stop = () => reader.cancel().catch(() => {});
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await nextPiece(reader);
  } catch {
    signal.throwIfAborted();
    throw new ApiError("unreachable");
  } finally {
    signal.removeEventListener("abort", stop);
    signal.throwIfAborted();
  }
}
