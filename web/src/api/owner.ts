// What an owner asks the server for, with the manage link's key.
import { type Bytes, fromBase64, hex } from "../format/bytes.ts";
import { decode, Fields, type Value } from "../format/msgpack.ts";
import { sealPublish, sealRequest } from "../format/request.ts";
import type { Signer } from "../format/signature.ts";
import { ApiError } from "./errors.ts";
import { ask, bytesOf, latest } from "./http.ts";

export interface StateReply {
  readonly statement: Bytes;
  readonly signature: Bytes;
  readonly manifest: Bytes;
  readonly locks: Bytes;
  readonly ownerBox: Bytes;
  readonly pepper: Bytes;
  /** 0: nothing was committed yet. */
  readonly stage: number;
  readonly taken: number;
  /** The server's time, ms. */
  readonly now: number;
  readonly state: "uploading" | "live" | "draining";
}

const refused = () => new ApiError("reply");
const tries = 4;

export function fields(reply: Bytes, count: number): Fields {
  try {
    return new Fields(decode(reply), count, refused);
  } catch {
    throw refused();
  }
}

export async function challenge(id: Bytes, signal: AbortSignal): Promise<Bytes> {
  const reply = await ask(`shares/${hex(id)}/challenge`, { method: "POST", signal, tries });
  return fields(await bytesOf(reply, signal), 1).bin(24);
}

async function owner(id: Bytes, body: Bytes, signal: AbortSignal, attempts: number): Promise<Bytes> {
  const reply = await ask(`shares/${hex(id)}/owner`, { method: "POST", body, signal, tries: attempts });
  return bytesOf(reply, signal);
}

/** A request with a challenge; a challenge that grew too old on the way is fetched once more. */
export async function fresh(
  s: Signer,
  id: Bytes,
  action: "state" | "delete" | "log" | "admit" | "mailbox",
  signal: AbortSignal,
  args: readonly Value[] = [],
): Promise<Bytes> {
  for (let again = true; ; again = false) {
    const freshness = await challenge(id, signal);
    try {
      return await owner(id, sealRequest(s, id, { action, freshness, revision: 0, args }), signal, tries);
    } catch (error) {
      if (!again || !(error instanceof ApiError) || error.code !== "challenge") throw error;
    }
  }
}

/** Everything the server has of a share. */
export async function shareState(s: Signer, id: Bytes, signal: AbortSignal): Promise<StateReply> {
  const f = fields(await fresh(s, id, "state", signal), 10);
  return {
    statement: f.bin(),
    signature: f.bin(0, 64),
    manifest: f.bin(),
    locks: f.bin(),
    ownerBox: f.bin(),
    pepper: f.bin(0, 32),
    stage: f.int(2),
    taken: f.int(),
    now: f.int(latest),
    state: (["uploading", "live", "draining"] as const)[f.int() - 1] ?? "live",
  };
}

/** The statement that stands in the way of a publish, from a 409. */
export interface Standing {
  readonly statement: Bytes;
  readonly signature: Bytes;
}

/** Publishes a revision. May be repeated: the same statement again is a success. Undefined, or what stands instead. */
export async function publish(
  s: Signer,
  id: Bytes,
  revision: number,
  args: readonly Value[],
  signal: AbortSignal,
): Promise<Standing | undefined> {
  try {
    await owner(id, sealPublish(s, id, revision, args), signal, tries);
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== "revision") throw error;
    const { statement: theirs, signature } = error.problem;
    return { statement: readBase64(theirs), signature: readBase64(signature) };
  }
}

export function readBase64(value: unknown): Bytes {
  const bytes = typeof value === "string" ? fromBase64(value) : undefined;
  if (!bytes) throw refused();
  return bytes;
}

/** Deletes a share. A share that is gone already is a success: that is what was wanted. */
export async function deleteShare(s: Signer, id: Bytes, signal: AbortSignal): Promise<void> {
  try {
    await fresh(s, id, "delete", signal);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== "gone") throw error;
  }
}
