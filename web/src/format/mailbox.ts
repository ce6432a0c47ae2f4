// The mailbox behind a request link: the document that its maker signs, and what makes up its secrets. FORMAT.md, "Request
// link". Posts are in posts.ts, which is loaded late.
import { type Bytes, equal } from "./bytes.ts";
import { FormatError } from "./errors.ts";
import { commentSecret, idOf, postToken, readToken, sha, viewSecret } from "./kdf.ts";
import { decode, encode, Fields, type Read } from "./msgpack.ts";
import { type Signer, verify } from "./signature.ts";

/** Times are Unix milliseconds of the server's clock. */
export interface MailboxDocument {
  readonly id: Bytes;
  readonly owner: Bytes;
  readonly revision: number;
  readonly created: number;
  readonly expires: number;
  /** 1: takes photos; 0: its owner has closed it. */
  readonly open: number;
  /** age's hybrid public key, 1,216 bytes. */
  readonly recipient: Bytes;
}

const version = 1;
const recipientSize = 1216;

/** The mailbox in doc after every check that needs no clock, in the order of FORMAT.md. */
export function openMailbox(doc: Bytes, sig: Uint8Array, id: Uint8Array): MailboxDocument {
  const m = parseMailbox(doc);
  if (!equal(m.id, id) || !equal(idOf(m.owner), id))
    throw new FormatError("id", "mailbox: id does not belong to this link and key");
  if (!verify(m.owner, "mailbox", doc, sig)) throw new FormatError("signature", "mailbox: signature does not verify");
  if (m.revision < 1 || m.created >= m.expires || m.open > 1)
    throw new FormatError("rules", "mailbox: its fields contradict each other");
  return m;
}

function parseMailbox(doc: Bytes): MailboxDocument {
  if (doc.length < 2 || doc[0] !== 0x98) throw new FormatError("header", "mailbox: not an array of 8 elements");
  if (doc[1] !== version) throw new FormatError("version", "mailbox: unknown version");
  const form = (why: string) => new FormatError("form", `mailbox: ${why}`);
  let value: Read;
  try {
    value = decode(doc);
  } catch {
    throw form("not in the strict encoding");
  }
  const f = new Fields(value, 8, form);
  f.int();
  return {
    id: f.bin(16),
    owner: f.bin(32),
    revision: f.int(),
    created: f.int(),
    expires: f.int(),
    open: f.int(),
    recipient: f.bin(recipientSize),
  };
}

export function encodeMailbox(m: MailboxDocument): Bytes {
  return encode([version, m.id, m.owner, m.revision, m.created, m.expires, m.open, m.recipient]);
}

/** What an owner sends to make or change a mailbox: the arguments of the action. */
export function mailboxArgs(s: Signer, owner: Bytes, m: MailboxDocument): readonly Bytes[] {
  const view = mailboxView(owner, m.id);
  const doc = encodeMailbox(m);
  return [doc, s.sign("mailbox", doc), sha(readToken(view, m.id)), sha(postToken(view, m.id))];
}

/** The secret of the request link, from the owner's. */
export const mailboxView = (owner: Bytes, id: Bytes): Bytes => viewSecret(commentSecret(owner, id), id);
