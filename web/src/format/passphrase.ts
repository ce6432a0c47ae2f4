// From a passphrase to PW: a blinded question to the server, then Argon2id. FORMAT.md, "Passphrase, suite 1".
// Loaded late: only shares with a passphrase need it.
import { ristretto255, ristretto255_oprf } from "@noble/curves/ed25519.js";
import { argon2id, argon2idAsync } from "@noble/hashes/argon2.js";
import { ascii, type Bytes, lp, utf8 } from "./bytes.ts";
import { FormatError } from "./errors.ts";

const { oprf } = ristretto255_oprf;
const maxLength = 1024;

/** The OPRF's input for a passphrase as typed: NFC, nothing trimmed. */
export function oprfInput(id: Uint8Array, passphrase: string): Bytes {
  const p = utf8(passphrase.normalize("NFC"));
  if (p.length === 0 || p.length > maxLength) throw new FormatError("passphrase-form", "empty or over 1,024 bytes");
  return lp(ascii("safelight/v1/passphrase"), id, p);
}

/** Half-way between question and answer; used once. */
export interface Question {
  readonly input: Bytes;
  readonly blind: Bytes;
  /** What the server is given: 32 bytes. */
  readonly element: Bytes;
}

export function blind(id: Uint8Array, passphrase: string): Question {
  const input = oprfInput(id, passphrase);
  const { blind, blinded } = oprf.blind(input);
  return { input, blind: blind as Bytes, element: blinded as Bytes };
}

/** The OPRF's output from the server's answer, which has to be 32 canonical bytes and not the identity. */
export function finalize(q: Question, evaluated: Uint8Array): Bytes {
  checkElement(evaluated);
  return oprf.finalize(q.input, q.blind, evaluated) as Bytes;
}

export function checkElement(b: Uint8Array): void {
  const refused = () => new FormatError("element", "not an acceptable element");
  if (b.length !== 32) throw refused();
  let identity: boolean;
  try {
    identity = ristretto255.Point.fromBytes(b).is0();
  } catch {
    throw refused();
  }
  if (identity) throw refused();
}

/** What blind, the server and finalize give together: for the owner, who made k. */
export function evaluate(k: Uint8Array, id: Uint8Array, passphrase: string): Bytes {
  const q = blind(id, passphrase);
  return finalize(q, oprf.blindEvaluate(k, q.element));
}

/** A fresh k for the owner: a scalar of 32 bytes. */
export function newOprfKey(): Bytes {
  return oprf.generateKeyPair().secretKey as Bytes;
}

const argon = { t: 2, m: 19_456, p: 1, dkLen: 32 } as const;

/** Hands on every fiftieth of the way. noble reports ten thousand times, and each report costs a message and a render. */
function inSteps(progress: (done: number) => void): (done: number) => void {
  let next = 0;
  return (done) => {
    if (done < next) return;
    next = done + 0.02;
    progress(done);
  };
}

/** PW from the OPRF's output y; takes 0.3 s, many times that where scripts are interpreted. progress gets 0 to 1. */
export function stretch(y: Uint8Array, id: Uint8Array, progress: (done: number) => void = () => {}): Bytes {
  return argon2id(y, id, { ...argon, onProgress: inSteps(progress) }) as Bytes;
}

/** stretch, giving the page a turn every 20 ms; ends early when the signal says so. */
export async function stretchInSlices(
  y: Uint8Array,
  id: Uint8Array,
  progress: (done: number) => void,
  signal: AbortSignal,
): Promise<Bytes> {
  const step = inSteps(progress);
  const onProgress = (done: number) => {
    signal.throwIfAborted();
    step(done);
  };
  return (await argon2idAsync(y, id, { ...argon, asyncTick: 20, onProgress })) as Bytes;
}
