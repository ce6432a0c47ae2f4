// The tree of secrets: FORMAT.md, "Secrets". Labels stand here and nowhere else.
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { ascii, type Bytes, concat, hex, lp, none } from "./bytes.ts";

const prefix = "safelight/v1/";

/** K of FORMAT.md: HKDF-SHA-256 with a label. */
export function derive(ikm: Uint8Array, salt: Uint8Array, label: string, length: number): Bytes {
  return hkdf(sha256, ikm, salt, ascii(prefix + label), length) as Bytes;
}

/** H of FORMAT.md: SHA-256 behind a label. */
export function labelled(label: string, x: Uint8Array): Bytes {
  return sha256(concat(ascii(`${prefix}${label}\0`), x)) as Bytes;
}

export function sha(x: Uint8Array): Bytes {
  return sha256(x) as Bytes;
}

/** The share id that commits to an owner's public key. */
export const idOf = (publicKey: Uint8Array): Bytes => labelled("id", publicKey).slice(0, 16);

/** Seed of the owner's signing key. */
export const ownerSeed = (owner: Uint8Array): Bytes => derive(owner, none, "owner/sign", 32);

export const commentSecret = (owner: Uint8Array, id: Uint8Array): Bytes => derive(owner, id, "secret/comment", 16);
export const viewSecret = (comment: Uint8Array, id: Uint8Array): Bytes => derive(comment, id, "secret/view", 16);

export const readToken = (view: Uint8Array, id: Uint8Array): Bytes => derive(view, id, "token/read", 32);
export const commentToken = (comment: Uint8Array, id: Uint8Array): Bytes => derive(comment, id, "token/comment", 32);

/** pw and r are empty when the share does not use them. */
export const unlockToken = (view: Uint8Array, pw: Uint8Array, r: Uint8Array, id: Uint8Array): Bytes =>
  derive(lp(view, pw, r), id, "token/unlock", 32);

export const rootKey = (view: Uint8Array, pepper: Uint8Array, pw: Uint8Array, r: Uint8Array, id: Uint8Array): Bytes =>
  derive(lp(view, pepper, pw, r), id, "root", 32);

/** Passphrases of sealed files: 64 lower-case hex characters. */
export const manifestSeal = (root: Uint8Array, id: Uint8Array): string => hex(derive(root, id, "seal/manifest", 32));
export const bundleSeal = (bundle: Uint8Array, id: Uint8Array): string => hex(derive(bundle, id, "seal/bundle", 32));
export const locksSeal = (view: Uint8Array, id: Uint8Array): string => hex(derive(view, id, "seal/locks", 32));
export const ownerSeal = (owner: Uint8Array, pepper: Uint8Array, id: Uint8Array): string =>
  hex(derive(lp(owner, pepper), id, "seal/owner", 32));

/** Seed of the key to which the access log is sealed. */
export const logSeed = (owner: Uint8Array, id: Uint8Array): Bytes => derive(owner, id, "log", 32);

/** Of a request link: the secret of the mailbox's hybrid key, the token that lets post, and what shows that a post came by the link. */
export const mailboxSecret = (owner: Uint8Array, id: Uint8Array): Bytes => derive(owner, id, "mailbox", 32);
export const postToken = (view: Uint8Array, id: Uint8Array): Bytes => derive(view, id, "token/post", 32);
export const mailboxProof = (view: Uint8Array, id: Uint8Array): Bytes => derive(view, id, "mailbox/proof", 16);

/** What a passkey is asked about, and the X25519 scalar that follows from its answer. */
export const passkeySalt = (): Bytes => sha(ascii(`${prefix}passkey`));
export const passkeyScalar = (answer: Uint8Array): Bytes => derive(answer, none, "passkey", 32);

/** Infos of HPKE: they bind what is sealed to its share, and to the one who knocked. */
export const logInfo = (id: Uint8Array): Bytes => concat(ascii(`${prefix}log`), id);
export const knockInfo = (id: Uint8Array, c: Uint8Array): Bytes => concat(ascii(`${prefix}knock`), id, c);
