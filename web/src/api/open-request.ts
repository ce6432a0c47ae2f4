// The first question about a share, in a file of its own: it is asked before the page is there.
import { type Bytes, hex } from "../format/bytes.ts";
import { encode } from "../format/msgpack.ts";
import type { Sent } from "./sending.ts";

export function openRequest(id: Bytes, read: Bytes, unlock: Bytes, guess: Bytes): Sent & { readonly path: string } {
  return { path: `shares/${hex(id)}/open`, method: "POST", body: encode([read, unlock, guess]) };
}
