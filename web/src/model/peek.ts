// Reading an entry only if its beginning says that it is worth it.
import { type Bytes, hex } from "../format/bytes.ts";
import { type Place, spanOf, spanOfPlace } from "../format/span.ts";
import { type Entry, type Reads, readPlace } from "./opening.ts";
import { putAside } from "./unfinished.ts";
import type { Opened } from "./view-state.ts";

/** So much of an entry is looked at, at least. */
const enough = 8192;

/**
 * Reads the beginning, and the rest where wanted says so; without asking for a byte twice. The beginning is what the sender
 * sealed, but not yet known to be what the manifest names: it decides whether to read on, and nothing else.
 */
export async function readIf(
  p: Reads,
  share: Opened,
  entry: Entry,
  wanted: (beginning: Bytes) => boolean,
  signal: AbortSignal,
): Promise<Bytes | undefined> {
  const bundle = share.statement.bundles[entry.bundle];
  const sealed = share.bundles[entry.bundle];
  if (!bundle || !sealed) throw new RangeError("no such bundle");
  const { id } = share.link;
  const { upload, size: total } = bundle;
  const place: Place = { id, total, ...sealed, ...entry };
  const { start } = spanOfPlace(place);
  const { end } = spanOf(total, entry.offset, Math.min(entry.size, enough));
  const opening = p.opener.variant(place);
  try {
    const range = { id, upload, unlock: share.keys.unlock, start, end };
    for await (const bytes of p.api.readParts(range, signal)) await opening.feed(bytes);
    if (!wanted(await opening.beginning())) {
      opening.drop();
      return undefined;
    }
  } catch (error) {
    opening.drop();
    throw error;
  }
  putAside(p.opener, `${hex(upload)} ${entry.offset} ${entry.size}`, { opening, at: end, size: entry.size });
  return readPlace(p, share, entry, signal);
}
