// age's keys as people write them: AGE-SECRET-KEY-1… and AGE-SECRET-KEY-PQ-1…, age1… and age1pq1…. X25519 runs over noble in
// both directions: the library's own asks crypto.subtle, which plain HTTP does not have. Loaded late.
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { x25519 } from "@noble/curves/ed25519.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { base64nopad, bech32 } from "@scure/base";
import { type Identity, identityToRecipient, type Recipient, Stanza } from "age-encryption";
import { ascii, type Bytes, concat, random } from "./bytes.ts";
import { FormatError } from "./errors.ts";

const malformed = (why: string) => new FormatError("key", why);

/** What a text holds that can open: scalars of X25519, and hybrid identities as they are written. */
export interface Identities {
  readonly classic: readonly Bytes[];
  readonly hybrid: readonly string[];
}

/** Both kinds have 58 letters behind the 1, so that keys that lost their line breaks are still told apart. */
const secretKey = /AGE-SECRET-KEY-(PQ-)?1[02-9AC-HJ-NP-Z]{58}/g;

/** Every identity in a text or key file. Throws FormatError when there is none, or one whose check does not fit. */
export function parseIdentities(text: string): Identities {
  const classic: Bytes[] = [];
  const hybrid: string[] = [];
  for (const [key, pq] of text.toUpperCase().matchAll(secretKey)) {
    const bytes = decode(key, pq ? "AGE-SECRET-KEY-PQ-" : "AGE-SECRET-KEY-", 32);
    if (pq) hybrid.push(key);
    else classic.push(bytes);
  }
  if (classic.length + hybrid.length === 0) throw malformed("no age identity in it");
  return { classic, hybrid };
}

function decode(key: string, prefix: string, size: number): Bytes {
  try {
    const { prefix: found, words } = bech32.decode(key as `${string}1${string}`, false);
    const bytes = bech32.fromWords(words);
    if (found.toUpperCase() === prefix.toUpperCase() && bytes.length === size) return bytes as Bytes;
  } catch {
    // What is thrown quotes the key.
  }
  throw malformed("an age key with a typing error");
}

export type RecipientKind = "classic" | "hybrid";

/** Of which kind a recipient is. Throws FormatError for what is none that a page can seal to. */
export function recipientKind(key: string): RecipientKind {
  const wanted = key.toLowerCase();
  if (wanted.startsWith("age1pq1")) {
    decode(wanted, "age1pq", 1216);
    return "hybrid";
  }
  if (!wanted.startsWith("age1")) throw malformed("not an age recipient");
  decode(wanted, "age", 32);
  return "classic";
}

/** The recipients in a text, one a line or between blanks; comments of key files are passed over. */
export function parseRecipients(text: string): readonly string[] {
  const lines = text.split(/\r?\n/).filter((line) => !line.trimStart().startsWith("#"));
  const keys = lines.flatMap((line) => line.split(/[\s,;]+/)).filter((key) => key !== "");
  for (const key of keys) recipientKind(key);
  return [...new Set(keys.map((key) => key.toLowerCase()))];
}

/** age1… of an X25519 scalar. */
export const classicRecipient = (scalar: Bytes): string => bech32.encodeFromBytes("age", x25519.scalarMultBase(scalar));

/** AGE-SECRET-KEY-1… of an X25519 scalar. */
export const classicIdentity = (scalar: Bytes): string =>
  bech32.encodeFromBytes("AGE-SECRET-KEY-", scalar).toUpperCase();

/** AGE-SECRET-KEY-PQ-1… of the 32-byte secret of a hybrid key. */
export const hybridIdentity = (secret: Bytes): string =>
  bech32.encodeFromBytes("AGE-SECRET-KEY-PQ-", secret).toUpperCase();

/** The 1,216 bytes of the hybrid recipient of a secret, and back to how it is written. */
export async function hybridRecipient(secret: Bytes): Promise<Bytes> {
  return decode(await identityToRecipient(hybridIdentity(secret)), "age1pq", 1216);
}
export const writeHybrid = (recipient: Bytes): string => bech32.encode("age1pq", bech32.toWords(recipient), false);

const label = ascii("age-encryption.org/v1/X25519");
const wrapKey = (secret: Uint8Array, share: Uint8Array, recipient: Uint8Array) =>
  chacha20poly1305(hkdf(sha256, secret, concat(share, recipient), label, 32), new Uint8Array(12));

/** age's X25519 identity over noble. */
export function classicOpener(scalar: Bytes): Identity {
  const recipient = x25519.scalarMultBase(scalar);
  return {
    unwrapFileKey(stanzas) {
      for (const { args, body } of stanzas) {
        const [type, written, ...more] = args;
        if (type !== "X25519") continue;
        const share = written === undefined || more.length > 0 || body.length !== 32 ? undefined : unbase64(written);
        if (share?.length !== 32) throw malformed("not a stanza of age");
        try {
          return wrapKey(x25519.getSharedSecret(scalar, share), share, recipient).decrypt(body);
        } catch {
          // Sealed to somebody else.
        }
      }
      return null;
    },
  };
}

function unbase64(written: string): Uint8Array | undefined {
  try {
    return base64nopad.decode(written);
  } catch {
    return undefined;
  }
}

/** age's X25519 recipient over noble. */
export function classicSealer(key: string): Recipient {
  const recipient = decode(key, "age", 32);
  return {
    wrapFileKey(fileKey) {
      const ephemeral = random(32);
      const share = x25519.scalarMultBase(ephemeral);
      const wrapped = wrapKey(x25519.getSharedSecret(ephemeral, recipient), share, recipient).encrypt(fileKey);
      return [new Stanza(["X25519", base64nopad.encode(share)], wrapped)];
    },
  };
}
