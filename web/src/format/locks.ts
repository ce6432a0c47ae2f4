// Locks: R for named recipients, as age files inside a sealed file. FORMAT.md, "Sealed files". Loaded late.
import { Decrypter, Encrypter, type Identity } from "age-encryption";
import { classicOpener, classicSealer, type Identities, parseIdentities, recipientKind } from "./age-keys.ts";
import type { Bytes } from "./bytes.ts";
import { FormatError } from "./errors.ts";
import { locksSeal } from "./kdf.ts";
import { pad, unpad } from "./manifest.ts";
import { decode, encode, Fields } from "./msgpack.ts";
import { openSealed, seal } from "./seal.ts";

const rSize = 32;
const mostRecipients = 100;
const malformed = (why: string) => new FormatError("locks", `locks: ${why}`);

/** The two age files in sealed locks; either may be empty. */
function readLocks(sealed: Bytes, view: Bytes, id: Bytes): { readonly classic: Bytes; readonly hybrid: Bytes } {
  const plain = unpad(openSealed(sealed, locksSeal(view, id)));
  const f = new Fields(decode(plain), 2, malformed);
  const locks = { classic: f.bin(), hybrid: f.bin() };
  if (locks.classic.length + locks.hybrid.length === 0) throw malformed("for nobody");
  return locks;
}

/** R, by one of the identities in a text or key file. Undefined when it was sealed for others. */
export async function openLocks(sealed: Bytes, view: Bytes, id: Bytes, text: string): Promise<Bytes | undefined> {
  return openWith(sealed, view, id, parseIdentities(text));
}

/** R by the scalar of a passkey. */
export async function openLocksByScalar(
  sealed: Bytes,
  view: Bytes,
  id: Bytes,
  scalar: Bytes,
): Promise<Bytes | undefined> {
  return openWith(sealed, view, id, { classic: [scalar], hybrid: [] });
}

async function openWith(sealed: Bytes, view: Bytes, id: Bytes, keys: Identities): Promise<Bytes | undefined> {
  const { classic, hybrid } = readLocks(sealed, view, id);
  const opener = new Decrypter();
  opener.addIdentity(few);
  for (const key of keys.hybrid) opener.addIdentity(key);
  const r = keys.hybrid.length > 0 && hybrid.length > 0 ? await tryOpen(opener, hybrid) : undefined;
  if (r) return r;
  const openers = new Decrypter();
  openers.addIdentity(few);
  for (const scalar of keys.classic) openers.addIdentity(classicOpener(scalar));
  return keys.classic.length > 0 && classic.length > 0 ? tryOpen(openers, classic) : undefined;
}

/** Opens nothing, and asked first: each stanza costs every key that is tried a millisecond or more. */
const few: Identity = {
  unwrapFileKey(stanzas) {
    if (stanzas.length > mostRecipients) throw malformed("for too many");
    return null;
  },
};

/** The bytes of R. Undefined where no key fits; what is malformed is refused. */
async function tryOpen(opener: Decrypter, file: Bytes): Promise<Bytes | undefined> {
  let r: Uint8Array;
  try {
    r = await opener.decrypt(file);
  } catch (error) {
    if (error instanceof Error && error.message.startsWith("no identity matched")) return undefined;
    throw malformed("an age file that does not open");
  }
  if (r.length !== rSize) throw malformed("R is not 32 bytes");
  return r as Bytes;
}

/** Seals R for recipients: X25519 and hybrid ones, as they are written. At least one. */
export async function sealLocks(r: Bytes, view: Bytes, id: Bytes, recipients: readonly string[]): Promise<Bytes> {
  if (recipients.length === 0) throw malformed("for nobody");
  const of = (kind: string) => recipients.filter((key) => recipientKind(key) === kind);
  const doc = encode([await ageFile(r, of("classic").map(classicSealer)), await ageFile(r, of("hybrid"))]);
  return seal(pad(doc), locksSeal(view, id));
}

/** An age file of R, or nothing for nobody. age refuses X25519 beside hybrid, so each kind has a file of its own. */
async function ageFile(r: Bytes, recipients: readonly Parameters<Encrypter["addRecipient"]>[0][]): Promise<Bytes> {
  if (recipients.length === 0) return new Uint8Array(0);
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return (await encrypter.encrypt(r)) as Bytes;
}
