// The body of a reply that is held whole. No reply of the protocol comes near the most that is read: a server that sends
// without an end fills no memory. Parts of bundles are read piece by piece in share.ts.
import { type Bytes, join } from "../format/bytes.ts";

const most = 16 * 2 ** 20;

/** The whole body; undefined, and the rest is not read, when it is too long. */
export async function readBody(response: Response): Promise<Bytes | undefined> {
  const reader = response.body?.getReader();
  const parts: Uint8Array[] = [];
  for (let size = 0; reader; ) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > most) {
      reader.cancel().catch(() => {});
      return undefined;
    }
    parts.push(value);
  }
  return join(parts);
}
