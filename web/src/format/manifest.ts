// The manifest: what is in a share and where. FORMAT.md, "Manifest, bundles, parts".
import { type Bytes, text } from "./bytes.ts";
import { FormatError } from "./errors.ts";
import { type Media, medias } from "./media.ts";
import { decode, Fields, type Read } from "./msgpack.ts";
import { headSize, plainSize } from "./seal.ts";
import type { Statement } from "./statement.ts";

export const roles = ["thumb", "view", "tiles", "original"] as const;
export type Role = (typeof roles)[number];

export interface Variant {
  readonly role: Role;
  readonly media: Media;
  readonly width: number;
  readonly height: number;
  readonly bundle: number;
  /** Where its bytes begin in the bundle's plaintext. */
  readonly offset: number;
  readonly size: number;
  readonly sha256: Bytes;
}

/** width and height are those of the photo as it is shown. Texts are empty when the sender gave none. */
export interface Photo {
  readonly name: string;
  readonly media: Media;
  readonly width: number;
  readonly height: number;
  readonly alt: string;
  readonly decorative: boolean;
  readonly caption: string;
  readonly credit: string;
  /** A tiny WebP or JPEG, or empty. */
  readonly preview: Bytes;
  readonly variants: readonly Variant[];
}

export interface BundleKey {
  readonly key: Bytes;
  readonly head: Bytes;
}

/** Where the list of photos is, when it does not fit the manifest: bytes of bundle 0's plaintext. */
export interface Index {
  readonly offset: number;
  readonly size: number;
  readonly sha256: Bytes;
}

export interface Manifest {
  readonly title: string;
  readonly words: string;
  readonly bundles: readonly BundleKey[];
  readonly photos: readonly Photo[];
  readonly index: Index | undefined;
}

const classes = [4096, 16_384, 65_536, 262_144];
const maxPhotos = 2000;
const maxVariants = 32;
const maxText = 4096;
const maxSide = 65_535;

const form = (why: string) => new FormatError("manifest-form", `manifest: ${why}`);

/** Takes the padding off a manifest's plaintext: one of four lengths, the smallest that fits, filled with zeros. */
export function unpad(plain: Bytes): Bytes {
  const size = plain.length >= 4 ? new DataView(plain.buffer, plain.byteOffset).getUint32(0) : 0;
  if (plain.length !== classes.find((c) => c >= size + 4)) throw new FormatError("padding", "no such length");
  if (plain.subarray(4 + size).some((b) => b !== 0)) throw new FormatError("padding", "padding is not zero");
  return plain.subarray(4, 4 + size);
}

/** Puts the padding on. */
export function pad(doc: Uint8Array): Bytes {
  const size = classes.find((c) => c >= doc.length + 4);
  if (size === undefined) throw new FormatError("padding", "too long for a manifest");
  const out = new Uint8Array(size);
  new DataView(out.buffer).setUint32(0, doc.length);
  out.set(doc, 4);
  return out;
}

/** Reads the opened manifest of a share whose statement is s. */
export function parseManifest(plain: Bytes, s: Statement): Manifest {
  const f = new Fields(strict(unpad(plain)), 6, form);
  if (f.int() !== 1) throw new FormatError("version", "manifest: unknown version");
  const sizes = s.bundles.map((b) => plainSize(b.size));
  const manifest = {
    title: readText(f, maxText),
    words: readText(f, maxText),
    bundles: f.array().map(parseBundleKey),
    photos: parsePhotos(f.array(), sizes),
    index: parseIndex(f.array(), sizes[0] ?? 0),
  };
  if (manifest.bundles.length !== sizes.length) throw form("other bundles than the statement");
  if (manifest.index ? manifest.photos.length > 0 : manifest.photos.length === 0)
    throw form("photos stand in the manifest or in an index");
  return manifest;
}

/** Reads the opened index of a share with many photos. */
export function parseIndexDocument(doc: Bytes, s: Statement): readonly Photo[] {
  const list = strict(doc);
  if (!Array.isArray(list) || list.length === 0) throw form("index is not a list of photos");
  return parsePhotos(
    list as readonly Read[],
    s.bundles.map((b) => plainSize(b.size)),
  );
}

function strict(doc: Bytes): Read {
  try {
    return decode(doc);
  } catch {
    throw form("not in the strict encoding");
  }
}

function parseBundleKey(value: Read): BundleKey {
  const f = new Fields(value, 2, form);
  return { key: f.bin(32), head: f.bin(headSize) };
}

function parseIndex(value: readonly Read[], size: number): Index | undefined {
  if (value.length === 0) return undefined;
  const f = new Fields(value, 3, form);
  const index = { offset: f.int(), size: f.int(), sha256: f.bin(32) };
  if (index.size === 0 || index.offset + index.size > size) throw form("index outside its bundle");
  return index;
}

function parsePhotos(list: readonly Read[], sizes: readonly number[]): readonly Photo[] {
  if (list.length > maxPhotos) throw form("too many photos");
  const photos = list.map((p) => parsePhoto(p));
  checkPlaces(photos, sizes);
  return photos;
}

function parsePhoto(value: Read): Photo {
  const f = new Fields(value, 11, form);
  const name = readText(f, 255);
  const media = pick(f, medias);
  const [width, height] = [side(f), side(f)];
  const orientation = f.int(8);
  if (orientation < 1) throw form("orientation 0");
  const photo = {
    name,
    media,
    width,
    height,
    alt: readText(f, maxText),
    decorative: f.int(1) === 1,
    caption: readText(f, maxText),
    credit: readText(f, maxText),
    preview: f.bin(),
    variants: f.array().map(parseVariant),
  };
  if (photo.preview.length > 4096) throw form("preview too large");
  if (photo.variants.length > maxVariants) throw form("too many variants");
  return photo;
}

function parseVariant(value: Read): Variant {
  const f = new Fields(value, 8, form);
  return {
    role: pick(f, roles),
    media: pick(f, medias),
    width: side(f),
    height: side(f),
    bundle: f.int(1),
    offset: f.int(),
    size: f.int(),
    sha256: f.bin(32),
  };
}

function side(f: Fields): number {
  const n = f.int(maxSide);
  if (n === 0) throw form("no width or height");
  return n;
}

function pick<T>(f: Fields, from: readonly T[]): T {
  const v = from[f.int() - 1];
  if (v === undefined) throw form("a number that stands for nothing");
  return v;
}

/** Variants lie inside their bundles, hold something, and do not overlap. */
function checkPlaces(photos: readonly Photo[], sizes: readonly number[]): void {
  const ends = sizes.map(() => 0);
  const all = photos.flatMap((p) => p.variants).sort((a, b) => a.offset - b.offset);
  for (const v of all) {
    const size = sizes[v.bundle];
    if (size === undefined || v.size === 0 || v.offset + v.size > size) throw form("variant outside its bundle");
    if (v.offset < (ends[v.bundle] ?? 0)) throw form("variants overlap");
    ends[v.bundle] = v.offset + v.size;
  }
}

function readText(f: Fields, max: number): string {
  const b = f.bin();
  if (b.length > max) throw form("text too long");
  try {
    return shown(text(b));
  } catch {
    throw form("text is not UTF-8");
  }
}

/** Text as it may be shown: without control characters (but line breaks) and without what turns the writing direction. */
export function shown(s: string): string {
  return s.replace(/[\p{Cc}\p{Bidi_C}\u2028\u2029\ufeff]/gu, (c) => (c === "\n" ? c : ""));
}
