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
  if (p.length !== 32 || sig.length !== signatureSize) return false;
  try {
    for (const encoded of [p, sig.subarray(0, 32)]) {
      const point = ed25519.Point.fromBytes(encoded, false);
      if (!point.isTorsionFree()) return false;
    }
    if (ed25519.Point.fromBytes(p, false).is0()) return false;
    return ed25519.verify(sig, pae(type, body), p, { zip215: false });
  } catch {
    return false;
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
