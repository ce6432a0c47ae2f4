// Asking first, both sides: what a viewer commits to, what the owner answers, the three words, and R for who is let in.
// FORMAT.md, "Ask first". Loaded late: it holds the word list.
import list from "../../../crypto/passphrase/words.txt";
import { type Bytes, concat, equal, lp, random } from "./bytes.ts";
import { FormatError } from "./errors.ts";
import { type KeyPair, keyPair, openFrom, sealTo } from "./hpke.ts";
import { knockInfo, labelled } from "./kdf.ts";
import { type Signer, verify } from "./signature.ts";

const words = list.split("\n").filter((word) => word !== "");
const rSize = 32;

export type Words = readonly [string, string, string];

/** What a viewer made to knock with. It lives as long as the page. */
export interface Knocker {
  readonly id: Bytes;
  readonly key: KeyPair;
  readonly n: Bytes;
  /** What is sent first: binds key and n before the owner's part is known. */
  readonly c: Bytes;
}

export const commitment = (id: Bytes, vpk: Bytes, n: Bytes): Bytes => labelled("knock/commit", lp(id, vpk, n));
export const answerBody = (id: Bytes, c: Bytes, o: Bytes): Bytes => lp(id, c, o);

export function newKnocker(id: Bytes): Knocker {
  const key = keyPair(random(32));
  const n = random(32);
  return { id, key, n, c: commitment(id, key.publicKey, n) };
}

interface Said {
  readonly id: Bytes;
  /** The owner's public key. */
  readonly owner: Bytes;
  readonly c: Bytes;
  readonly o: Bytes;
  readonly vpk: Bytes;
  readonly n: Bytes;
}

/** The first 33 bits of everything that was said, as three words of 2,048. */
export function wordsOf({ id, owner, c, o, vpk, n }: Said): Words {
  const h = labelled("knock/words", lp(id, owner, c, o, vpk, n));
  const view = new DataView(h.buffer, h.byteOffset);
  const bits = view.getBigUint64(0) >> 31n;
  const word = (shift: bigint) => words[Number((bits >> shift) & 2047n)] ?? "";
  return [word(22n), word(11n), word(0n)];
}

/** A viewer's words for an owner's answer. Throws FormatError when the owner has not signed it. */
export function viewerWords(k: Knocker, owner: Bytes, o: Bytes, signature: Bytes): Words {
  if (o.length !== 32 || !verify(owner, "knock", answerBody(k.id, k.c, o), signature))
    throw new FormatError("signature", "the answer to this knock is not the owner's");
  return wordsOf({ id: k.id, owner, c: k.c, o, vpk: k.key.publicKey, n: k.n });
}

/** R for a viewer who was let in. Throws FormatError when the owner did not sign it, or sealed it to somebody else. */
export function admitted(k: Knocker, owner: Bytes, box: Bytes, signature: Bytes): Bytes {
  if (!verify(owner, "admit", concat(k.c, box), signature))
    throw new FormatError("signature", "the admission is not the owner's");
  const r = openFrom(k.key, knockInfo(k.id, k.c), box);
  if (r.length !== rSize) throw new FormatError("opening", "R is not 32 bytes");
  return r;
}

/** Somebody at the door, as the server lists them for the owner; what is not there yet is empty. */
export interface Listed {
  readonly c: Bytes;
  /** Server time, ms. */
  readonly since: number;
  readonly o: Bytes;
  readonly signature: Bytes;
  readonly vpk: Bytes;
  readonly n: Bytes;
  readonly status: number;
}

export interface Answer {
  readonly o: Bytes;
  readonly signature: Bytes;
}

/** The owner's part for a commitment; it is made and sent once for each. */
export function ownerAnswer(s: Signer, id: Bytes, c: Bytes): Answer {
  const o = random(32);
  return { o, signature: s.sign("knock", answerBody(id, c, o)) };
}

/**
 * The owner's words for somebody who has shown key and n. Undefined when the server shows something that cannot be: an
 * answer that this owner has not signed, or a key that the commitment does not bind. Nobody is let in then.
 */
export function ownerWords(owner: Bytes, id: Bytes, { c, o, signature, vpk, n }: Listed): Words | undefined {
  if (o.length !== 32 || vpk.length !== 32 || n.length !== 32) return undefined;
  if (!equal(commitment(id, vpk, n), c)) return undefined;
  if (!verify(owner, "knock", answerBody(id, c, o), signature)) return undefined;
  return wordsOf({ id, owner, c, o, vpk, n });
}

export interface Admission {
  readonly box: Bytes;
  readonly signature: Bytes;
}

/** R, sealed to who knocked, and signed. */
export function admission(s: Signer, id: Bytes, { c, vpk }: Pick<Listed, "c" | "vpk">, r: Bytes): Admission {
  if (r.length !== rSize) throw new FormatError("opening", "this share has no R to let anybody in with");
  const box = sealTo(vpk, knockInfo(id, c), r);
  return { box, signature: s.sign("admit", concat(c, box)) };
}
