// Byte strings: joining, comparing, and the few encodings that the format and the API use. Nothing here needs
// crypto.subtle or a secure context.
import { FormatError } from "./errors.ts";

export type Bytes = Uint8Array<ArrayBuffer>;

export const none: Bytes = new Uint8Array(0);

export const concat = (...parts: readonly Uint8Array[]): Bytes => join(parts);

/** concat of any number of parts: an argument list overflows the stack at some hundred thousand. */
export function join(parts: readonly Uint8Array[]): Bytes {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}

/** Equality in time that depends on the lengths only. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let diff = 0;
  for (let i = 0; i < a.length; i++) diff |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return diff === 0;
}

export function u32be(n: number): Bytes {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, n);
  return out;
}

/** lp of FORMAT.md: each value behind its length. */
export function lp(...parts: readonly Uint8Array[]): Bytes {
  return concat(...parts.flatMap((p) => [u32be(p.length), p]));
}

/** UTF-8 of a well-formed string. TextEncoder replaces lone surrogates silently, so they are refused first. */
export function utf8(s: string): Bytes {
  if (/\p{Surrogate}/u.test(s)) throw new FormatError("passphrase-form", "text holds a lone surrogate");
  return new TextEncoder().encode(s) as Bytes;
}

/** Text of valid UTF-8; a byte order mark is kept. Throws TypeError on anything else. */
export function text(b: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(b);
}

export function ascii(s: string): Bytes {
  return Uint8Array.from(s, (c) => c.charCodeAt(0)) as Bytes;
}

export function hex(b: Uint8Array): string {
  let out = "";
  for (const v of b) out += v.toString(16).padStart(2, "0");
  return out;
}

export function fromHex(s: string): Bytes {
  if (!/^(?:[0-9a-f]{2})*$/.test(s)) throw new TypeError("not lower-case hexadecimal");
  const out = new Uint8Array(s.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(s.slice(2 * i, 2 * i + 2), 16);
  return out;
}

const base64Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Base64 without padding, standard alphabet. */
export function base64(b: Uint8Array): string {
  let out = "";
  for (let i = 0; i < b.length; i += 3) {
    const left = b.length - i;
    const v = ((b[i] ?? 0) << 16) | ((b[i + 1] ?? 0) << 8) | (b[i + 2] ?? 0);
    out += base64Letters[v >> 18];
    out += base64Letters[(v >> 12) & 63];
    if (left > 1) out += base64Letters[(v >> 6) & 63];
    if (left > 2) out += base64Letters[v & 63];
  }
  return out;
}

export function base64url(b: Uint8Array): string {
  return base64(b).replace(/\+/g, "-").replace(/\//g, "_");
}

/** Reads base64 with or without padding, standard alphabet. Undefined when s is another spelling or something else. */
export function fromBase64(s: string): Bytes | undefined {
  const bare = s.replace(/=+$/, "");
  const out = new Uint8Array(Math.floor((bare.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const c of bare) {
    const v = base64Letters.indexOf(c);
    if (v < 0) return undefined;
    held = ((held << 6) | v) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[at++] = (held >> bits) & 0xff;
    }
  }
  return base64(out) === bare ? out : undefined;
}

/** Random bytes of the platform; crypto.getRandomValues is there without a secure context, too. */
export function random(n: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(n));
}
