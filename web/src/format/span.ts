// The arithmetic of sealed files: lengths, and which sealed bytes hold which plain ones. No cipher is loaded for it.
import type { Bytes } from "./bytes.ts";
import { FormatError } from "./errors.ts";

/** Bytes before the first chunk: header and nonce. */
export const headSize = 165;
export const chunkSize = 65_536;
export const tagSize = 16;
export const sealedChunk = chunkSize + tagSize;

/** Length of the sealed form of n bytes. */
export const sealedSize = (n: number): number => headSize + n + tagSize * Math.max(1, Math.ceil(n / chunkSize));

/** Length of the plaintext in a sealed file of the given length. */
export function plainSize(sealed: number): number {
  const body = sealed - headSize;
  const chunks = Math.ceil(body / sealedChunk);
  const last = body - (chunks - 1) * sealedChunk;
  if (body < tagSize || last < tagSize || (last === tagSize && chunks > 1))
    throw new FormatError("sealed", "not a sealed file: no such length");
  return body - chunks * tagSize;
}

/** Which sealed bytes hold size bytes of plaintext from offset: whole chunks, from start up to but not including end. */
export interface Span {
  readonly firstChunk: number;
  readonly start: number;
  readonly end: number;
}

/** total is the length of the sealed file. */
export function spanOf(total: number, offset: number, size: number): Span {
  const firstChunk = Math.floor(offset / chunkSize);
  const lastChunk = Math.floor((offset + Math.max(size, 1) - 1) / chunkSize);
  return {
    firstChunk,
    start: headSize + firstChunk * sealedChunk,
    end: Math.min(headSize + (lastChunk + 1) * sealedChunk, total),
  };
}

/** Where some bytes lie inside a sealed bundle, and what opens it. */
export interface Place {
  readonly id: Bytes;
  readonly key: Bytes;
  readonly head: Bytes;
  /** Bytes of the sealed bundle. */
  readonly total: number;
  readonly offset: number;
  readonly size: number;
  readonly sha256: Bytes;
}

/** The sealed bytes that have to be fed. */
export const spanOfPlace = (p: Place): Span => spanOf(p.total, p.offset, p.size);

/** STREAM's nonce: the chunk's number in 11 bytes, then 1 for the last chunk. */
export function chunkNonce(n: number, last: boolean): Bytes {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setBigUint64(3, BigInt(n));
  nonce[11] = last ? 1 : 0;
  return nonce;
}
