// What was opened of an entry before its reading ended early: the next reader goes on from there, and asks for no byte twice.
import type { Opening } from "../format/opener.ts";

interface Unfinished {
  readonly opening: Opening;
  /** Where in the sealed bundle the next byte is. */
  readonly at: number;
  readonly size: number;
}

/** The opener holds their memory. */
const most = { entries: 3, bytes: 48_000_000 };

/** They end with their opener. */
const all = new WeakMap<object, Map<string, Unfinished>>();

/** Takes it out: only one reader goes on. */
export function takeUp(opener: object, key: string): Unfinished | undefined {
  const kept = all.get(opener);
  const found = kept?.get(key);
  kept?.delete(key);
  return found;
}

/** Keeps it; the oldest ones go when there are too many. */
export function putAside(opener: object, key: string, unfinished: Unfinished): void {
  const kept = all.get(opener) ?? new Map<string, Unfinished>();
  all.set(opener, kept);
  kept.get(key)?.opening.drop();
  kept.delete(key);
  kept.set(key, unfinished);
  for (const [old, { opening }] of kept) {
    const bytes = [...kept.values()].reduce((sum, { size }) => sum + size, 0);
    if (kept.size <= most.entries && bytes <= most.bytes) return;
    opening.drop();
    kept.delete(old);
  }
}
