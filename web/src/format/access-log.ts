// The access log, read by its owner: events that the server sealed one by one. FORMAT.md, "Access log". Loaded late.
import { type Bytes, equal, hex } from "./bytes.ts";
import { deriveKeyPair, type KeyPair, openFrom } from "./hpke.ts";
import { logInfo, logSeed } from "./kdf.ts";

/** What happened. "other" is a kind of a later version. */
export type EventKind = "opened" | "taken" | "tried" | "commented" | "knocked" | "other";

export interface LogEvent {
  readonly kind: EventKind;
  /** Server time, ms. */
  readonly at: number;
  readonly revision: number;
  /** Of "tried": whether no opening followed that used this guess. Undefined as long as one still may. */
  readonly wrong?: boolean;
}

export interface AccessLog {
  /** The oldest first. */
  readonly events: readonly LogEvent[];
  /** Stored bytes that are no events of this share: somebody changed them. */
  readonly broken: number;
}

export const sealedEvent = 112;
const plainEvent = 64;
const kinds: readonly EventKind[] = ["other", "opened", "taken", "tried", "commented", "knocked"];
/** An opening that uses a guess follows within this time, or never. */
const judgedAfter = 120_000;

const pairOf = (owner: Bytes, id: Bytes): KeyPair => deriveKeyPair(logSeed(owner, id));

/** The public key that stands in a statement while the log is on. */
export const logKey = (owner: Bytes, id: Bytes): Bytes => pairOf(owner, id).publicKey;

interface Raw {
  readonly kind: EventKind;
  readonly at: number;
  readonly revision: number;
  readonly tag: Bytes;
}

/** Opens every event that opens. now is the server's time, which the reply to the action carries. */
export function openLog(owner: Bytes, id: Bytes, sealed: Bytes, now: number): AccessLog {
  const pair = pairOf(owner, id);
  const raw: Raw[] = [];
  let broken = sealed.length % sealedEvent === 0 ? 0 : 1;
  for (let at = 0; at + sealedEvent <= sealed.length; at += sealedEvent) {
    const event = readEvent(pair, id, sealed.subarray(at, at + sealedEvent));
    if (event) raw.push(event);
    else broken++;
  }
  return { events: judged(raw, now), broken };
}

/** One event; undefined when it is none of this key and share. */
export function readEvent(pair: KeyPair, id: Bytes, sealed: Bytes): Raw | undefined {
  try {
    return parseEvent(openFrom(pair, logInfo(id), sealed));
  } catch {
    return undefined;
  }
}

/** An event's plaintext: 01 ‖ kind ‖ u64be ms ‖ u64be revision ‖ tag (8) ‖ zeros. Undefined for anything else. */
export function parseEvent(plain: Bytes): Raw | undefined {
  if (plain.length !== plainEvent || plain[0] !== 1 || plain[1] === 0) return undefined;
  const view = new DataView(plain.buffer, plain.byteOffset, plain.byteLength);
  const [at, revision] = [Number(view.getBigUint64(2)), Number(view.getBigUint64(10))];
  if (!Number.isSafeInteger(at) || !Number.isSafeInteger(revision)) return undefined;
  if (!equal(plain.subarray(26), new Uint8Array(plainEvent - 26))) return undefined;
  return { kind: kinds[plain[1] ?? 0] ?? "other", at, revision, tag: plain.slice(18, 26) };
}

/** A passphrase was wrong when no later opening carries the tag of its guess, and none can come any more. */
function judged(raw: readonly Raw[], now: number): readonly LogEvent[] {
  const used = new Map<string, number>();
  for (const [i, { kind, tag }] of raw.entries()) if (kind === "opened" || kind === "taken") used.set(hex(tag), i);
  return raw.map(({ tag, ...event }, i) => {
    if (event.kind !== "tried") return event;
    if ((used.get(hex(tag)) ?? -1) > i) return { ...event, wrong: false };
    return event.at + judgedAfter < now ? { ...event, wrong: true } : event;
  });
}
