// HPKE base mode (RFC 9180): DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305, one message for each encapsulation. No
// crypto.subtle: it has to work on plain HTTP too. Loaded late.
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { x25519 } from "@noble/curves/ed25519.js";
import { expand, extract } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { ascii, type Bytes, concat, none, random } from "./bytes.ts";
import { FormatError } from "./errors.ts";

const kemSuite = concat(ascii("KEM"), Uint8Array.of(0, 0x20));
const suite = concat(ascii("HPKE"), Uint8Array.of(0, 0x20, 0, 1, 0, 3));
const keySize = 32;
const nonceSize = 12;

const refused = (why: string) => new FormatError("opening", `sealed to a key: ${why}`);

function labeledExtract(suiteId: Bytes, salt: Uint8Array, label: string, ikm: Uint8Array): Uint8Array {
  return extract(sha256, concat(ascii("HPKE-v1"), suiteId, ascii(label), ikm), salt);
}

function labeledExpand(suiteId: Bytes, prk: Uint8Array, label: string, info: Uint8Array, length: number): Bytes {
  const labeled = concat(Uint8Array.of(length >> 8, length & 0xff), ascii("HPKE-v1"), suiteId, ascii(label), info);
  return expand(sha256, prk, labeled, length) as Bytes;
}

export interface KeyPair {
  readonly secret: Bytes;
  readonly publicKey: Bytes;
}

/** The key pair of a secret: a clamped scalar, as X25519 reads it. */
export function keyPair(secret: Bytes): KeyPair {
  return { secret, publicKey: x25519.getPublicKey(secret) as Bytes };
}

/** RFC 9180's DeriveKeyPair. */
export function deriveKeyPair(ikm: Uint8Array): KeyPair {
  const prk = labeledExtract(kemSuite, none, "dkp_prk", ikm);
  return keyPair(labeledExpand(kemSuite, prk, "sk", none, keySize));
}

/** The shared point. Keys of low order, to which everybody could open, are refused. */
function agree(secret: Uint8Array, publicKey: Uint8Array): Uint8Array {
  if (publicKey.length !== keySize) throw refused("a key is not 32 bytes");
  try {
    return x25519.getSharedSecret(secret, publicKey);
  } catch {
    throw refused("a key of low order");
  }
}

/** The cipher that both ends come to: key and nonce are used once. */
function cipher(shared: Uint8Array, enc: Uint8Array, recipient: Uint8Array, info: Uint8Array, aad: Uint8Array = none) {
  const eae = labeledExtract(kemSuite, none, "eae_prk", shared);
  const secret = labeledExpand(kemSuite, eae, "shared_secret", concat(enc, recipient), keySize);
  const psk = labeledExtract(suite, none, "psk_id_hash", none);
  const context = concat(Uint8Array.of(0), psk, labeledExtract(suite, none, "info_hash", info));
  const prk = labeledExtract(suite, secret, "secret", none);
  const key = labeledExpand(suite, prk, "key", context, keySize);
  return chacha20poly1305(key, labeledExpand(suite, prk, "base_nonce", context, nonceSize), aad);
}

/** What tests alone decide: RFC 9180's vectors have an aad, and an ephemeral secret that is no secret. */
interface ForTests {
  readonly ephemeral?: Bytes;
  readonly aad?: Bytes;
}

/** Seals to a public key: enc (32) ‖ ciphertext. */
export function sealTo(recipient: Bytes, info: Bytes, plain: Uint8Array, t: ForTests = {}): Bytes {
  const ephemeral = t.ephemeral ?? random(keySize);
  const enc = x25519.getPublicKey(ephemeral);
  return concat(enc, cipher(agree(ephemeral, recipient), enc, recipient, info, t.aad).encrypt(plain));
}

/** Opens what was sealed to own. Throws FormatError. */
export function openFrom(own: KeyPair, info: Bytes, sealed: Uint8Array): Bytes {
  const enc = sealed.subarray(0, keySize);
  const opened = cipher(agree(own.secret, enc), enc, own.publicKey, info);
  try {
    return opened.decrypt(sealed.subarray(keySize)) as Bytes;
  } catch {
    throw refused("it does not open");
  }
}
