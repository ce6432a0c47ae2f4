// Many small entries with few requests: entries that lie near each other in a bundle are read as one window. Each is opened
// and its hash checked by itself, so one damaged entry spoils no other.
import type { Bytes } from "../format/bytes.ts";
import type { Opening } from "../format/opener.ts";
import { type Place, type Span, spanOf, spanOfPlace } from "../format/span.ts";
import { type Entry, isBroken, type Reads } from "./opening.ts";
import type { Opened } from "./view-state.ts";

/** Sealed bytes between two entries that are fetched along rather than asked around: about what a request costs on a phone. */
const gap = 65_536;
/** A window ends here, so that its first entries are not long in coming after a jump. */
const most = 2 * 2 ** 20;

export interface Window<E extends Entry> {
  readonly bundle: number;
  readonly start: number;
  readonly end: number;
  readonly entries: readonly { readonly entry: E; readonly span: Span }[];
}

/** The windows that hold the entries, in the order of the bundles. total: sealed bytes of each bundle. */
export function windowsOf<E extends Entry>(entries: readonly E[], total: readonly number[]): readonly Window<E>[] {
  const spans = entries.map((entry) => ({ entry, span: spanOf(total[entry.bundle] ?? 0, entry.offset, entry.size) }));
  spans.sort((a, b) => a.entry.bundle - b.entry.bundle || a.entry.offset - b.entry.offset);
  const windows: Window<E>[] = [];
  for (const one of spans) {
    const last = windows.at(-1);
    const { start, end } = one.span;
    const joins = last && last.bundle === one.entry.bundle && start <= last.end + gap && end - last.start <= most;
    if (joins) windows[windows.length - 1] = { ...last, end: Math.max(last.end, end), entries: [...last.entries, one] };
    else windows.push({ bundle: one.entry.bundle, start, end, entries: [one] });
  }
  return windows;
}

/** What came of an entry: its bytes, whose hash was checked, or why there are none. */
export type Got = { readonly bytes: Bytes } | { readonly error: unknown };

/**
 * Reads a window and hands out each entry as soon as it is whole. Rejects when the window itself cannot be read on; what was
 * handed out before then is good.
 */
export async function readWindow<E extends Entry>(
  p: Reads,
  share: Opened,
  w: Window<E>,
  signal: AbortSignal,
  got: (entry: E, what: Got) => void,
): Promise<void> {
  const bundle = share.statement.bundles[w.bundle];
  const sealed = share.bundles[w.bundle];
  if (!bundle || !sealed) throw new RangeError("no such bundle");
  const { id } = share.link;
  const open: Reading<E>[] = w.entries.map(({ entry, span }) => ({
    entry,
    span,
    place: { id, total: bundle.size, ...sealed, ...entry },
    opening: undefined,
  }));
  const range = { id, upload: bundle.upload, unlock: share.keys.unlock, start: w.start, end: w.end };
  let at = w.start;
  try {
    for await (const bytes of p.api.readParts(range, signal)) {
      for (const one of [...open]) if (await feed(p, one, at, bytes, got)) open.splice(open.indexOf(one), 1);
      at += bytes.length;
    }
  } finally {
    for (const one of open) one.opening?.drop();
  }
}

interface Reading<E> {
  readonly entry: E;
  readonly span: Span;
  readonly place: Place;
  opening: Opening | undefined;
}

/** Gives an entry its part of what arrived at a place of the bundle. True when it has ended, well or not. */
async function feed<E>(
  p: Reads,
  one: Reading<E>,
  at: number,
  bytes: Bytes,
  got: (entry: E, what: Got) => void,
): Promise<boolean> {
  const { entry, span } = one;
  const from = Math.max(span.start - at, 0);
  const to = Math.min(span.end - at, bytes.length);
  if (from >= to) return false;
  try {
    one.opening ??= p.opener.variant(one.place);
    // A copy: feeding gives the bytes away, and a chunk may hold several entries.
    await one.opening.feed(bytes.slice(from, to) as Bytes);
    if (at + to < span.end) return false;
    got(entry, { bytes: await one.opening.finish() });
  } catch (error) {
    one.opening?.drop();
    got(entry, { error });
  }
  return true;
}

/** How an entry is read through every break of the connection: from where it broke, until it is there or given up. */
export async function readPatiently(
  p: Reads,
  share: Opened,
  entry: Entry,
  signal: AbortSignal,
  on: { progress(bytes: number): void; broken(): Promise<void> },
): Promise<Bytes> {
  const bundle = share.statement.bundles[entry.bundle];
  const sealed = share.bundles[entry.bundle];
  if (!bundle || !sealed) throw new RangeError("no such bundle");
  const { id } = share.link;
  const place: Place = { id, total: bundle.size, ...sealed, ...entry };
  const { start, end } = spanOfPlace(place);
  const opening = p.opener.variant(place);
  try {
    for (let at = start; at < end; ) {
      const range = { id, upload: bundle.upload, unlock: share.keys.unlock, start: at, end };
      try {
        for await (const bytes of p.api.readParts(range, signal)) {
          at += bytes.length;
          await opening.feed(bytes);
          on.progress(Math.min(entry.size, Math.round(((at - start) / (end - start)) * entry.size)));
        }
      } catch (error) {
        signal.throwIfAborted();
        if (!isBroken(error)) throw error;
        await on.broken();
      }
    }
    return await opening.finish();
  } catch (error) {
    opening.drop();
    throw error;
  }
}
