// What a viewer asks whom the sender lets in.
import { type Bytes, hex } from "../format/bytes.ts";
import { decode, encode, Fields, type Value } from "../format/msgpack.ts";
import { ApiError } from "./errors.ts";
import { ask, bytesOf, latest } from "./http.ts";

/** How far somebody is who knocks. Byte strings are empty until they are there. */
export interface KnockReply {
  /** 1 waits for the owner, 2 answered: reveal, 3 the owner decides, 4 admitted, 5 refused. */
  readonly status: number;
  readonly o: Bytes;
  readonly signature: Bytes;
  readonly box: Bytes;
  readonly boxSignature: Bytes;
  /** Server time at which it is dropped, ms. */
  readonly until: number;
  readonly now: number;
}

/** Knocks, or asks how far a knock is. May be repeated. */
export const knock = (id: Bytes, read: Bytes, c: Bytes, signal: AbortSignal): Promise<KnockReply> =>
  post(id, "knock", [read, c], signal);

/** Opens the commitment, once the owner has answered. */
export const reveal = (
  id: Bytes,
  read: Bytes,
  c: Bytes,
  vpk: Bytes,
  n: Bytes,
  signal: AbortSignal,
): Promise<KnockReply> => post(id, "reveal", [read, c, vpk, n], signal);

async function post(id: Bytes, verb: string, body: Value, signal: AbortSignal): Promise<KnockReply> {
  const reply = await ask(`shares/${hex(id)}/${verb}`, { method: "POST", body: encode(body), signal, tries: 4 });
  return parse(await bytesOf(reply, signal));
}

function parse(reply: Bytes): KnockReply {
  const refused = () => new ApiError("reply");
  let f: Fields;
  try {
    f = new Fields(decode(reply), 7, refused);
  } catch {
    throw refused();
  }
  return {
    status: f.int(),
    o: f.bin(0, 32),
    signature: f.bin(0, 64),
    box: f.bin(0, 80),
    boxSignature: f.bin(0, 64),
    until: f.int(latest),
    now: f.int(latest),
  };
}
