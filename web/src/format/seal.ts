// Sealed files: age v1 with one scrypt stanza of work factor 1, read from any 64 KiB boundary. FORMAT.md, "Sealed files".
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { scrypt } from "@noble/hashes/scrypt.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { ascii, type Bytes, base64, concat, equal, fromBase64, none, random } from "./bytes.ts";
import { FormatError } from "./errors.ts";
import { chunkNonce, chunkSize, headSize, plainSize, sealedChunk, tagSize } from "./span.ts";

const headerSize = 149;

const refused = (why: string) => new FormatError("sealed", `not a sealed file: ${why}`);
const broken = (why: string) => new FormatError("opening", `sealed file does not open: ${why}`);

const header =
  /^age-encryption\.org\/v1\n-> scrypt ([A-Za-z0-9+/]{22}) 1\n([A-Za-z0-9+/]{43})\n--- ([A-Za-z0-9+/]{43})\n$/;

/** Whether bytes are the one head that sealed files have. Proves nothing about what follows. */
export const isHead = (head: Uint8Array): boolean => readHead(head) !== undefined;

function readHead(head: Uint8Array): readonly [Bytes, Bytes, Bytes] | undefined {
  const parts = header.exec(String.fromCharCode(...head.subarray(0, headerSize)));
  const [salt, wrapped, mac] = (parts ?? []).slice(1).map((p) => fromBase64(p));
  return head.length === headSize && salt && wrapped && mac ? [salt, wrapped, mac] : undefined;
}

/** The key of the chunks behind a head of 165 bytes. Every other header is refused before any scrypt runs. */
export function streamKey(head: Uint8Array, passphrase: string): Bytes {
  const parts = readHead(head);
  if (!parts) throw refused("another header");
  const [salt, wrapped, mac] = parts;
  const fileKey = decrypt(wrapKey(passphrase, salt), new Uint8Array(12), wrapped);
  if (!fileKey) throw broken("the passphrase does not fit");
  const signed = head.subarray(0, headerSize - 45); // up to and with "---"
  if (!equal(headerMac(fileKey, signed), mac)) throw broken("the header was changed");
  return payloadKey(fileKey, head.subarray(headerSize));
}

const wrapKey = (passphrase: string, salt: Uint8Array) =>
  scrypt(ascii(passphrase), concat(ascii("age-encryption.org/v1/scrypt"), salt), { N: 2, r: 8, p: 1, dkLen: 32 });
const headerMac = (fileKey: Uint8Array, signed: Uint8Array) =>
  hmac(sha256, hkdf(sha256, fileKey, none, ascii("header"), 32), signed);
const payloadKey = (fileKey: Uint8Array, nonce: Uint8Array) =>
  hkdf(sha256, fileKey, nonce, ascii("payload"), 32) as Bytes;

/** Undefined when the key is another one, or the bytes were changed. */
export function decrypt(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Bytes | undefined {
  try {
    return chacha20poly1305(key, nonce).decrypt(sealed) as Bytes;
  } catch {
    return undefined;
  }
}

/** Opens whole chunks of a sealed file of the given total length, one after another. sealed begins with firstChunk. */
export function* openChunks(key: Uint8Array, total: number, firstChunk: number, sealed: Uint8Array): Generator<Bytes> {
  for (let at = 0, n = firstChunk; at < sealed.length; at += sealedChunk, n++) {
    const chunk = sealed.subarray(at, at + sealedChunk);
    yield opened(n, decrypt(key, nonceOf(n, total, chunk.length), chunk));
  }
}

/** Opens chunk n of a sealed file of the given total length by another hand. */
export async function openChunkBy(
  open: (nonce: Bytes, sealed: Bytes) => Promise<Bytes | undefined>,
  total: number,
  n: number,
  sealed: Bytes,
): Promise<Bytes> {
  return opened(n, await open(nonceOf(n, total, sealed.length), sealed));
}

/** The nonce of chunk n. Refuses a chunk that is not as long as it has to be in a sealed file of the given total length. */
function nonceOf(n: number, total: number, length: number): Bytes {
  const last = Math.ceil((total - headSize) / sealedChunk) - 1;
  const size = n < last ? sealedChunk : total - headSize - last * sealedChunk;
  if (n > last || length !== size) throw broken("cut or continued");
  return chunkNonce(n, n === last);
}

function opened(n: number, plain: Bytes | undefined): Bytes {
  if (!plain) throw broken(`chunk ${n} was changed`);
  return plain;
}

/** Opens a whole sealed file that is small enough to be held. */
export function openSealed(sealed: Uint8Array, passphrase: string): Bytes {
  const key = streamKey(sealed.subarray(0, headSize), passphrase);
  const plain = new Uint8Array(plainSize(sealed.length));
  let at = 0;
  for (const chunk of openChunks(key, sealed.length, 0, sealed.subarray(headSize))) {
    plain.set(chunk, at);
    at += chunk.length;
  }
  return plain;
}

/** Seals bytes that are small enough to be held. */
export function seal(plain: Uint8Array, passphrase: string): Bytes {
  const [fileKey, salt, nonce] = [random(16), random(16), random(16)];
  const wrapped = chacha20poly1305(wrapKey(passphrase, salt), new Uint8Array(12)).encrypt(fileKey);
  const signed = ascii(`age-encryption.org/v1\n-> scrypt ${base64(salt)} 1\n${base64(wrapped)}\n---`);
  const out = [signed, ascii(` ${base64(headerMac(fileKey, signed))}\n`), nonce];
  const key = payloadKey(fileKey, nonce);
  const last = Math.max(1, Math.ceil(plain.length / chunkSize)) - 1;
  for (let n = 0; n <= last; n++) {
    const chunk = plain.subarray(n * chunkSize, (n + 1) * chunkSize);
    out.push(chacha20poly1305(key, chunkNonce(n, n === last)).encrypt(chunk) as Bytes);
  }
  return concat(...out);
}
