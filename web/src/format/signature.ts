// Ed25519 over DSSE's pre-authentication encoding.
import { ed25519 } from "@noble/curves/ed25519.js";
import { ascii, type Bytes, concat } from "./bytes.ts";
import { ownerSeed } from "./kdf.ts";

export type DocType = "statement" | "request" | "knock" | "admit" | "mailbox";

export const signatureSize = 64;

/** PAE of FORMAT.md. */
export function pae(type: DocType, body: Uint8Array): Bytes {
  const t = `application/vnd.safelight.${type}.v1`;
  return concat(ascii(`DSSEv1 ${t.length} ${t} ${body.length} `), body);
}

/**
 * Reports whether sig is SIGN(type, body) under p. The format asks for the check without cofactor, and for a key free of
 * torsion. noble multiplies by the cofactor; with key and R both free of torsion the two checks accept the same
 * signatures, and a signature that passes the check without cofactor has such an R.
 */
export function verify(p: Uint8Array, type: DocType, body: Uint8Array, sig: Uint8Array): boolean {
  if (!isKey(p) || !isCanonical(sig) || !point(sig.subarray(0, 32))?.isTorsionFree()) return false;
  try {
    return ed25519.verify(sig, pae(type, body), p, { zip215: false });
  } catch {
    return false;
  }
}

/** Reports whether p is a public key: the canonical encoding of a point of the prime-order subgroup, not the identity. */
export function isKey(p: Uint8Array): boolean {
  const key = point(p);
  return key !== undefined && !key.is0() && key.isTorsionFree();
}

/** Reports whether R of a signature is the canonical encoding of a point, and S below the group order. */
export function isCanonical(sig: Uint8Array): boolean {
  if (sig.length !== signatureSize || !point(sig.subarray(0, 32))) return false;
  try {
    ed25519.Point.Fn.fromBytes(sig.subarray(32));
    return true;
  } catch {
    return false;
  }
}

/** Undefined for what is not the canonical encoding of a point. */
function point(encoded: Uint8Array) {
  try {
    return ed25519.Point.fromBytes(encoded, false);
  } catch {
    return undefined;
  }
}

/** An owner's key pair, from the owner secret. */
export interface Signer {
  readonly publicKey: Bytes;
  sign(type: DocType, body: Uint8Array): Bytes;
}

export function signer(owner: Uint8Array): Signer {
  const seed = ownerSeed(owner);
  return {
    publicKey: ed25519.getPublicKey(seed) as Bytes,
    sign: (type, body) => ed25519.sign(pae(type, body), seed) as Bytes,
  };
}
