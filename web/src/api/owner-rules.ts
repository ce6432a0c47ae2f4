// What an owner asks about the rules that most shares do not have: the access log, and who is at the door.
import type { Bytes } from "../format/bytes.ts";
import type { Admission, Answer, Listed } from "../format/knock.ts";
import { Fields, type Read, type Value } from "../format/msgpack.ts";
import type { Signer } from "../format/signature.ts";
import { ApiError } from "./errors.ts";
import { latest } from "./http.ts";
import { fields, fresh } from "./owner.ts";

export interface LogReply {
  /** Events since the log was switched on, those included that were dropped: the server keeps the last 1,000. */
  readonly ever: number;
  /** Sealed events, the oldest first: openLog reads them. */
  readonly sealed: Bytes;
  /** The server's time, ms. */
  readonly now: number;
}

/** The access log as the server has it. */
export async function readLog(s: Signer, id: Bytes, signal: AbortSignal): Promise<LogReply> {
  const f = fields(await fresh(s, id, "log", signal), 3);
  return { ever: f.int(), sealed: f.bin(), now: f.int(latest) };
}

export interface KnocksReply {
  readonly knocks: readonly Listed[];
  /** The server's time, ms. */
  readonly now: number;
}

/** Who is at the door. ownerWords checks each before it is believed. */
export const listKnocks = (s: Signer, id: Bytes, signal: AbortSignal): Promise<KnocksReply> =>
  atTheDoor(s, id, [], signal);

/** Gives the owner's part to a commitment; another one for the same commitment is refused. */
export const answerKnock = (s: Signer, id: Bytes, c: Bytes, a: Answer, signal: AbortSignal): Promise<KnocksReply> =>
  atTheDoor(s, id, [1, c, a.o, a.signature], signal);

/** Lets somebody in. */
export const admitKnock = (s: Signer, id: Bytes, c: Bytes, a: Admission, signal: AbortSignal): Promise<KnocksReply> =>
  atTheDoor(s, id, [2, c, a.box, a.signature], signal);

export const refuseKnock = (s: Signer, id: Bytes, c: Bytes, signal: AbortSignal): Promise<KnocksReply> =>
  atTheDoor(s, id, [3, c], signal);

const refused = () => new ApiError("reply");

async function atTheDoor(s: Signer, id: Bytes, args: readonly Value[], signal: AbortSignal): Promise<KnocksReply> {
  const f = fields(await fresh(s, id, "admit", signal, args), 2);
  return { knocks: f.array().map(listed), now: f.int(latest) };
}

function listed(value: Read): Listed {
  const f = new Fields(value, 7, refused);
  return {
    c: f.bin(32),
    since: f.int(latest),
    o: f.bin(0, 32),
    signature: f.bin(0, 64),
    vpk: f.bin(0, 32),
    n: f.bin(0, 32),
    status: f.int(),
  };
}
