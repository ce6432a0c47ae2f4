// Many photos as one ZIP: each is read, its hash checked, and only then written. Streamed into a file where the browser can;
// else a Blob up to what a phone's memory bears; else photo by photo.
import { makeZip } from "client-zip";
import type { Bytes } from "../format/bytes.ts";
import type { Photo, Variant } from "../format/manifest.ts";
import { mimeOf } from "../format/media.ts";
import { cleanName, distinct } from "./archive-names.ts";
import { bestOf, fileName } from "./candidates.ts";
import { DiskError, saveBlob } from "./save.ts";

/** Up to here a ZIP is put together in memory where there is no save picker. */
export const mostInMemory = 500_000_000;
/** Bytes are handed to the ZIP in pieces, so that reckoning its checksum never holds up the page. */
const piece = 2 ** 20;
/** Browsers drop downloads that follow each other faster. */
const between = 400;

export interface Item {
  readonly i: number;
  readonly name: string;
  readonly variant: Variant;
}

/** What is saved of the photos with these numbers: originals, or the best there is, under names that are all different. */
export function itemsOf(photos: readonly Photo[], numbers: Iterable<number>): readonly Item[] {
  const items = [...numbers]
    .sort((a, b) => a - b)
    .flatMap((i) => {
      const photo = photos[i];
      const variant = photo && bestOf(photo);
      if (!photo || !variant) return [];
      const plain = `photo-${String(i + 1).padStart(3, "0")}`;
      return [{ i, variant, name: cleanName(fileName(photo, variant, i), plain) }];
    });
  const names = distinct(items.map((item) => item.name));
  return items.map((item, n) => ({ ...item, name: names[n] ?? item.name }));
}

export const bytesOf = (items: readonly Item[]): number => items.reduce((sum, { variant }) => sum + variant.size, 0);

/** zip: into a picked file; memory: as a Blob; single: one file, or one after the other. */
export type Way = "zip" | "memory" | "single";

export function wayOf(items: readonly Item[], picks: boolean): Way {
  if (items.length === 1) return "single";
  if (picks) return "zip";
  return bytesOf(items) <= mostInMemory ? "memory" : "single";
}

export interface Told {
  /** Checked bytes and those on their way; which photo it is at, from 1. */
  progress(done: number, n: number): void;
}

export type ReadItem = (item: Item, signal: AbortSignal, progress: (bytes: number) => void) => Promise<Bytes>;

/** Reads the items in their order, the next one already while the last is being written. */
async function* inOrder(items: readonly Item[], read: ReadItem, told: Told, signal: AbortSignal) {
  let before = 0;
  const start = (n: number) => {
    const item = items[n];
    const promise = item && read(item, signal, (bytes) => n === at && told.progress(before + bytes, n + 1));
    promise?.catch(() => {}); // whoever awaits it hears of it
    return promise;
  };
  let at = 0;
  let next = start(0);
  for (const [n, item] of items.entries()) {
    at = n;
    const bytes = await next;
    signal.throwIfAborted();
    if (!bytes) return;
    next = start(n + 1);
    yield { item, bytes };
    before += bytes.length;
    told.progress(before, Math.min(n + 2, items.length));
  }
}

async function* pieces(bytes: Bytes) {
  for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
}

/** The ZIP as it is made. Stored, not deflated: photos do not get smaller. */
export function zipStream(
  items: readonly Item[],
  read: ReadItem,
  told: Told,
  moment: Date,
  signal: AbortSignal,
): ReadableStream<Uint8Array> {
  async function* files() {
    for await (const { item, bytes } of inOrder(items, read, told, signal))
      yield { name: item.name, input: pieces(bytes), lastModified: moment, size: bytes.length };
  }
  return makeZip(files(), { buffersAreUTF8: true });
}

type Picked = { createWritable(): Promise<WritableStream<Uint8Array>> };
type Picker = (o: { suggestedName: string; types: readonly object[] }) => Promise<Picked>;

/** The browser's save picker, where it has one. */
export const picker = (): Picker | undefined =>
  (globalThis as { showSaveFilePicker?: Picker }).showSaveFilePicker?.bind(globalThis);

export type ZipTarget = (zip: ReadableStream<Uint8Array>) => Promise<void>;

/** Where the ZIP goes. Call it from the press itself. Undefined when the person changed their mind. */
export async function chooseZip(name: string, way: Way): Promise<ZipTarget | undefined> {
  const pick = way === "zip" ? picker() : undefined;
  if (!pick) return (zip) => intoMemory(name, zip);
  const types = [{ accept: { "application/zip": [".zip"] } }];
  try {
    const picked = await pick({ suggestedName: name, types });
    return (zip) => intoFile(picked, zip);
  } catch (error) {
    if ((error as Error | null)?.name === "AbortError") return undefined;
    throw new DiskError("no file to write");
  }
}

/** A stream that breaks leaves no file behind: what was written stands in the picked file only once that was closed. */
async function intoFile(picked: Picked, zip: ReadableStream<Uint8Array>): Promise<void> {
  try {
    await zip.pipeTo(await picked.createWritable());
  } catch (error) {
    // What reading throws has a code of ours, or is the cancelling; all else came from writing.
    const { code, name } = error as { code?: unknown; name?: unknown };
    throw typeof code === "string" || name === "AbortError" ? error : new DiskError("not written");
  }
}

async function intoMemory(name: string, zip: ReadableStream<Uint8Array>): Promise<void> {
  const reader = zip.getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let r = await reader.read(); !r.done; r = await reader.read()) parts.push(r.value as Uint8Array<ArrayBuffer>);
  saveBlob(name, new Blob(parts, { type: "application/zip" }));
}

/** One file after the other, each as it is. */
export async function saveSingly(
  items: readonly Item[],
  read: ReadItem,
  told: Told,
  signal: AbortSignal,
): Promise<void> {
  for await (const { item, bytes } of inOrder(items, read, told, signal)) {
    saveBlob(item.name, new Blob([bytes], { type: mimeOf(item.variant.media) }));
    if (items.length > 1) await new Promise((resolve) => setTimeout(resolve, between));
  }
}
