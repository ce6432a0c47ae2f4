// The strict msgpack profile of FORMAT.md: arrays, bin, unsigned integers up to 2^53-1, each in its shortest form. One
// value has one spelling: what was decoded is encoded again and compared. Nil occurs in one place only, the arguments
// of an owner's publish; a reader names the depth at which it may stand.
import { type Bytes, equal } from "./bytes.ts";
import { FormatError } from "./errors.ts";

export type Value = Uint8Array | number | null | readonly Value[];
export type Read = Bytes | number | null | readonly Read[];

const maxDepth = 8;

export function encode(value: Value): Bytes {
  const out = new Out();
  write(value, out);
  return out.bytes.slice(0, out.at);
}

/** One buffer that grows: an array of parts takes some two hundred bytes for each byte of a list of small numbers. */
class Out {
  bytes: Bytes = new Uint8Array(256);
  at = 0;

  put(b: Uint8Array): void {
    if (this.at + b.length > this.bytes.length) {
      const wider = new Uint8Array(2 * (this.at + b.length));
      wider.set(this.bytes);
      this.bytes = wider;
    }
    this.bytes.set(b, this.at);
    this.at += b.length;
  }
}

function write(value: Value, out: Out): void {
  if (value === null) out.put(Uint8Array.of(0xc0));
  else if (typeof value === "number") out.put(writeInt(value));
  else if (value instanceof Uint8Array) {
    out.put(head(value.length, binHeads));
    out.put(value);
  } else {
    out.put(head(value.length, arrayHeads));
    for (const v of value) write(v, out);
  }
}

/** Type bytes for lengths that fit 8, 16 and 32 bits; short: added to lengths below 16. */
interface Heads {
  readonly short?: number;
  readonly bits8?: number;
  readonly bits16: number;
  readonly bits32: number;
}
const binHeads: Heads = { bits8: 0xc4, bits16: 0xc5, bits32: 0xc6 };
const arrayHeads: Heads = { short: 0x90, bits16: 0xdc, bits32: 0xdd };

function head(n: number, heads: Heads): Uint8Array {
  if (heads.short !== undefined && n < 16) return Uint8Array.of(heads.short + n);
  if (heads.bits8 !== undefined && n < 0x100) return Uint8Array.of(heads.bits8, n);
  if (n < 0x10000) return Uint8Array.of(heads.bits16, n >> 8, n & 0xff);
  return Uint8Array.of(heads.bits32, n >>> 24, (n >>> 16) & 0xff, (n >>> 8) & 0xff, n & 0xff);
}

function writeInt(n: number): Uint8Array {
  if (!Number.isSafeInteger(n) || n < 0) throw new FormatError("msgpack", "integer outside 0 to 2^53-1");
  if (n < 0x80) return Uint8Array.of(n);
  if (n < 0x100) return Uint8Array.of(0xcc, n);
  if (n < 0x10000) return Uint8Array.of(0xcd, n >> 8, n & 0xff);
  const out = new Uint8Array(n < 0x1_0000_0000 ? 5 : 9);
  const view = new DataView(out.buffer);
  out[0] = out.length === 5 ? 0xce : 0xcf;
  if (out.length === 5) view.setUint32(1, n);
  else view.setBigUint64(1, BigInt(n));
  return out;
}

/** Decodes one whole strict document. Byte strings in it are views of b. Nil is accepted exactly nilDepth arrays deep. */
export function decode(b: Bytes, nilDepth = 0): Read {
  const reader = new Reader(b, nilDepth);
  const value = reader.read(0);
  if (reader.at !== b.length) throw refused("bytes behind the end");
  if (!equal(encode(value), b)) throw refused("not the shortest form");
  return value;
}

const refused = (why: string) => new FormatError("msgpack", `not strict msgpack: ${why}`);

class Reader {
  at = 0;
  private readonly b: Bytes;
  private readonly view: DataView;
  private readonly nilDepth: number;

  constructor(b: Bytes, nilDepth: number) {
    this.b = b;
    this.nilDepth = nilDepth;
    this.view = new DataView(b.buffer, b.byteOffset, b.byteLength);
  }

  read(depth: number): Read {
    const type = this.uint(1);
    if (type < 0x80) return type;
    if (type >= 0x90 && type < 0xa0) return this.array(type - 0x90, depth);
    switch (type) {
      case 0xc0:
        if (depth === 0 || depth !== this.nilDepth) throw refused("nil");
        return null;
      case 0xc4:
        return this.bin(this.uint(1));
      case 0xc5:
        return this.bin(this.uint(2));
      case 0xc6:
        return this.bin(this.uint(4));
      case 0xcc:
        return this.uint(1);
      case 0xcd:
        return this.uint(2);
      case 0xce:
        return this.uint(4);
      case 0xcf:
        return this.uint(8);
      case 0xdc:
        return this.array(this.uint(2), depth);
      case 0xdd:
        return this.array(this.uint(4), depth);
    }
    throw refused(`type byte ${type}`);
  }

  private uint(size: 1 | 2 | 4 | 8): number {
    if (this.at + size > this.b.length) throw refused("cut short");
    const at = this.at;
    this.at += size;
    if (size === 1) return this.view.getUint8(at);
    if (size === 2) return this.view.getUint16(at);
    if (size === 4) return this.view.getUint32(at);
    const n = this.view.getUint32(at) * 0x1_0000_0000 + this.view.getUint32(at + 4);
    if (!Number.isSafeInteger(n)) throw refused("integer over 2^53-1");
    return n;
  }

  private bin(n: number): Bytes {
    if (this.at + n > this.b.length) throw refused("cut short");
    this.at += n;
    return this.b.subarray(this.at - n, this.at);
  }

  private array(n: number, depth: number): readonly Read[] {
    if (depth === maxDepth) throw refused("nested too deeply");
    if (n > this.b.length - this.at) throw refused("cut short"); // every element takes a byte: refuse before looping
    const out: Read[] = [];
    for (let i = 0; i < n; i++) out.push(this.read(depth + 1));
    return out;
  }
}

/** Takes an array of exactly the given number of elements apart, or throws fail(). */
export class Fields {
  private at = 0;
  private readonly items: readonly Read[];
  private readonly fail: (why: string) => Error;

  constructor(value: Read | undefined, count: number, fail: (why: string) => Error) {
    if (!Array.isArray(value) || value.length !== count) throw fail(`not an array of ${count}`);
    this.items = value as readonly Read[];
    this.fail = fail;
  }

  /** A non-negative integer, at most max. */
  int(max = Number.MAX_SAFE_INTEGER): number {
    const v = this.items[this.at++];
    if (typeof v !== "number" || v > max) throw this.fail(`element ${this.at - 1} is not an integer up to ${max}`);
    return v;
  }

  /** A byte string, of one of the given lengths if any are given. */
  bin(...lengths: readonly number[]): Bytes {
    const v = this.items[this.at++];
    if (!(v instanceof Uint8Array) || (lengths.length > 0 && !lengths.includes(v.length)))
      throw this.fail(`element ${this.at - 1} is not a byte string of length ${lengths.join(" or ")}`);
    return v;
  }

  /** An array of any length. */
  array(): readonly Read[] {
    const v = this.items[this.at++];
    if (!Array.isArray(v)) throw this.fail(`element ${this.at - 1} is not an array`);
    return v as readonly Read[];
  }
}
