// Goes on where the reply to create was lost, under the link that is on the screen already.
import { Fault } from "../engine/fault.ts";
import type { Bytes } from "../format/bytes.ts";
import { decode, encode, Fields } from "../format/msgpack.ts";
import type { Courier } from "./send-courier.ts";
import type { Pack, SendApi } from "./send-run.ts";

const uploading = 1;
const refused = () => new Fault("reply");

/**
 * Returns what the reply to create would have been, with two further uploads: nobody has the tokens of the first two,
 * which stay empty until the server sweeps them.
 */
export async function resume(pack: Pack, id: string, api: SendApi, courier: Courier): Promise<Bytes> {
  const ask = (what: "state" | "upload") =>
    courier.deliver(async (signal) => {
      const challenge = await api.challenge(id, signal);
      return api.owner(id, await pack.call(what, challenge), signal);
    });
  const created = createdIn(await ask("state"));
  const uploads = [grantIn(await ask("upload")), grantIn(await ask("upload"))];
  return encode([created, uploads]);
}

/** In the reply to state; while a share is uploading its time is that of create. */
function createdIn(reply: Uint8Array): number {
  const f = fields(reply, 10);
  for (let i = 0; i < 6; i++) f.bin(0);
  const [stage, taken, created, state] = [f.int(), f.int(), f.int(), f.int()];
  if (stage !== 0 || taken !== 0 || state !== uploading) throw refused();
  return created;
}

function grantIn(reply: Uint8Array): [upload: Bytes, token: Bytes] {
  const f = fields(reply, 2);
  return [f.bin(16), f.bin(32)];
}

function fields(reply: Uint8Array, count: number): Fields {
  try {
    return new Fields(decode(reply as Bytes), count, refused);
  } catch {
    throw refused();
  }
}
