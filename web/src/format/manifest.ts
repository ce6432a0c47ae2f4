// The manifest: what is in a share and where. FORMAT.md, "Manifest, bundles, parts".
import { type Bytes, text } from "./bytes.ts";
import { FormatError } from "./errors.ts";
import { type Media, medias, sniff } from "./media.ts";
import { decode, Fields, type Read } from "./msgpack.ts";
import { isHead } from "./seal.ts";
import { headSize, plainSize } from "./span.ts";
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
  /** How it lies around the viewer; undefined for what is no panorama. */
  readonly pose: Pose | undefined;
}

/** Of an equirectangular panorama, in hundredths of a degree. FORMAT.md, "Panoramas". */
export interface Pose {
  readonly across: number;
  readonly down: number;
  readonly left: number;
  readonly top: number;
  readonly pitch: number;
  readonly roll: number;
  readonly heading: number;
  readonly tilt: number;
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
const maxName = 255;
const maxPreview = 4096;
const maxSide = 2 ** 24 - 1;
const maxPixels = 120_000_000;
const maxSize = 128 * 2 ** 20;
const maxIndex = 64 * 2 ** 20;
/** All the way round, in hundredths of a degree. */
const turn = 36_000;

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
  const title = readText(f, maxText, oneLine);
  const words = readText(f, maxText, lines);
  const bundles = f.array().map(parseBundleKey);
  if (bundles.length !== sizes.length) throw form("other bundles than the statement");
  const list = f.array();
  const index = parseIndex(f.array(), sizes[0] ?? 0);
  if (index && list.length > 0) throw form("an index beside photos");
  return { title, words, bundles, index, photos: index ? [] : parsePhotos(list, sizes) };
}

/** Reads the opened index of a share with many photos. It stands behind everything else in bundle 0. */
export function parseIndexDocument(doc: Bytes, s: Statement, index: Index): readonly Photo[] {
  const list = strict(doc);
  if (!Array.isArray(list)) throw form("index is not a list of photos");
  const [, ...rest] = s.bundles.map((b) => plainSize(b.size));
  return parsePhotos(list as readonly Read[], [index.offset, ...rest]);
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
  const bundle = { key: f.bin(32), head: f.bin(headSize) };
  if (!isHead(bundle.head)) throw form("head of a bundle");
  return bundle;
}

function parseIndex(value: readonly Read[], size: number): Index | undefined {
  if (value.length === 0) return undefined;
  const f = new Fields(value, 3, form);
  const index = { offset: f.int(), size: f.int(maxIndex), sha256: f.bin(32) };
  if (index.size === 0 || index.offset === 0 || index.offset + index.size > size)
    throw form("index outside its bundle");
  return index;
}

function parsePhotos(list: readonly Read[], sizes: readonly number[]): readonly Photo[] {
  if (list.length === 0 || list.length > maxPhotos) throw form("no photos, or too many");
  const photos = list.map((p) => parsePhoto(p));
  checkPlaces(photos, sizes);
  return photos;
}

function parsePhoto(value: Read): Photo {
  const posed = Array.isArray(value) && value.length === 12;
  const f = new Fields(value, posed ? 12 : 11, form);
  const name = readText(f, maxName, fileName);
  const media = pick(f, medias);
  const [width, height] = sides(f);
  if (f.int(8) < 1) throw form("orientation 0");
  const photo = {
    name,
    media,
    width,
    height,
    alt: readText(f, maxText, lines),
    decorative: f.int(1) === 1,
    caption: readText(f, maxText, lines),
    credit: readText(f, maxText, oneLine),
    preview: f.bin(),
    variants: f.array().map(parseVariant),
    pose: posed ? parsePose(f.array(), width, height) : undefined,
  };
  if (photo.decorative && photo.alt !== "") throw form("decorative, and alt text");
  checkPreview(photo.preview);
  if (photo.variants.length === 0 || photo.variants.length > maxVariants) throw form("no variants, or too many");
  return photo;
}

function parsePose(value: readonly Read[], width: number, height: number): Pose {
  const f = new Fields(value, 9, form);
  const [projection, across, down] = [f.int(1), f.int(turn), f.int(turn / 2)];
  const pose = {
    across,
    down,
    left: f.int(turn - across),
    top: f.int(turn / 2 - down),
    pitch: f.int(turn / 2),
    roll: f.int(turn - 1),
    heading: f.int(turn - 1),
    tilt: f.int(turn / 2),
  };
  const off = Math.abs(width * down - height * across);
  if (projection < 1 || Math.min(across, down) < 100 || 50 * off > width * down) throw form("pose");
  return pose;
}

function checkPreview(b: Bytes): void {
  const media = sniff(b);
  if (b.length > 0 && (b.length > maxPreview || (media !== "jpeg" && media !== "webp"))) throw form("preview");
}

function parseVariant(value: Read): Variant {
  const f = new Fields(value, 8, form);
  const [role, media, [width, height]] = [pick(f, roles), pick(f, medias), sides(f)];
  const variant = { role, media, width, height, bundle: f.int(1), offset: f.int(), size: f.int(maxSize) };
  return { ...variant, sha256: f.bin(32) };
}

function sides(f: Fields): readonly [number, number] {
  const [width, height] = [f.int(maxSide), f.int(maxSide)];
  if (width === 0 || height === 0 || width * height > maxPixels) throw form("width or height");
  return [width, height];
}

function pick<T>(f: Fields, from: readonly T[]): T {
  const v = from[f.int() - 1];
  if (v === undefined) throw form("a number that stands for nothing");
  return v;
}

/**
 * Variants lie inside their bundles, the first with a header before it, behind each other in the manifest's order, except
 * that thumbs may lie further behind.
 */
function checkPlaces(photos: readonly Photo[], sizes: readonly number[]): void {
  const places = sizes.map((): Place[] => []);
  const ends = sizes.map(() => ({ thumbs: 0, others: 0 }));
  for (const { role, bundle, offset, size } of photos.flatMap((p) => p.variants)) {
    const [all, end] = [sizes[bundle], ends[bundle]];
    if (all === undefined || !end || size === 0 || offset < 1 || offset + size > all)
      throw form("variant outside its bundle");
    if (offset < end.others || (role === "thumb" && offset < end.thumbs)) throw form("variants out of order");
    end[role === "thumb" ? "thumbs" : "others"] = offset + size;
    places[bundle]?.push({ offset, size });
  }
  if (places.some(overlap)) throw form("variants overlap");
}

type Place = Pick<Variant, "offset" | "size">;

function overlap(places: Place[]): boolean {
  places.sort((a, b) => a.offset - b.offset);
  return places.some(({ offset, size }, i) => offset + size > (places[i + 1]?.offset ?? Number.POSITIVE_INFINITY));
}

// What a text must not hold: control characters, separators of lines and paragraphs, characters that turn the writing
// direction, and U+FEFF. One line has no line feeds, a file name no slashes either.
const lines = /(?!\n)[\p{Cc}\p{Bidi_C}\u2028\u2029\ufeff]/u;
const oneLine = /[\p{Cc}\p{Bidi_C}\u2028\u2029\ufeff]/u;
const fileName = /[\p{Cc}\p{Bidi_C}\u2028\u2029\ufeff/\\]/u;

function readText(f: Fields, max: number, refused: RegExp): string {
  const b = f.bin();
  if (b.length > max) throw form("text too long");
  let s: string;
  try {
    s = text(b);
  } catch {
    throw form("text is not UTF-8");
  }
  if (refused.test(s)) throw form("text holds a control character");
  return s;
}
