// Request links: what their maker asks, and what somebody asks who sends by one.
import { type Bytes, base64url, hex } from "../format/bytes.ts";
import { type MailboxDocument, mailboxArgs } from "../format/mailbox.ts";
import { encode, Fields, type Read } from "../format/msgpack.ts";
import type { StoredPost } from "../format/posts.ts";
import { sealRequest } from "../format/request.ts";
import type { Signer } from "../format/signature.ts";
import { ApiError } from "./errors.ts";
import { ask, bytesOf, latest } from "./http.ts";
import { challenge, fields, fresh, readBase64, type Standing } from "./owner.ts";

const refused = () => new ApiError("reply");
const tries = 4;

/** The server's time in a challenge: it becomes `created` of a new mailbox. */
export const timeOf = (freshness: Bytes): number =>
  Number(new DataView(freshness.buffer, freshness.byteOffset).getBigUint64(0));

/**
 * Makes a mailbox. document gets the server's time and returns what is signed. token is the operator's, or empty.
 * A repetition after a lost answer sends the same bytes, which is success.
 */
export async function makeMailbox(
  s: Signer,
  owner: Bytes,
  id: Bytes,
  document: (created: number) => MailboxDocument,
  token: string,
  signal: AbortSignal,
): Promise<MailboxDocument> {
  const freshness = await challenge(id, signal);
  const made = document(timeOf(freshness));
  const args = mailboxArgs(s, owner, made);
  const body = sealRequest(s, id, { action: "mailbox", freshness, revision: 1, args });
  const headers = token === "" ? {} : { Authorization: `Bearer ${token}` };
  const reply = await ask(`shares/${hex(id)}/owner`, { method: "POST", body, headers, signal, tries });
  fields(await bytesOf(reply, signal), 1).int(latest);
  return made;
}

/** Signs a later revision. Undefined, or what stands instead and was not what was changed. */
export async function changeMailbox(
  s: Signer,
  owner: Bytes,
  next: MailboxDocument,
  signal: AbortSignal,
): Promise<Standing | undefined> {
  const freshness = await challenge(next.id, signal);
  const args = mailboxArgs(s, owner, next);
  const body = sealRequest(s, next.id, { action: "mailbox", freshness, revision: next.revision, args });
  try {
    await bytesOf(await ask(`shares/${hex(next.id)}/owner`, { method: "POST", body, signal, tries }), signal);
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== "revision") throw error;
    return { statement: readBase64(error.problem["statement"]), signature: readBase64(error.problem["signature"]) };
  }
}

export interface MailboxReply {
  readonly document: Bytes;
  readonly signature: Bytes;
  readonly posts: readonly StoredPost[];
  /** The server's time, ms. */
  readonly now: number;
}

/** What lies in a mailbox, for its maker. */
export async function readMailbox(s: Signer, id: Bytes, signal: AbortSignal): Promise<MailboxReply> {
  const f = fields(await fresh(s, id, "mailbox", signal), 4);
  return { document: f.bin(), signature: f.bin(64), posts: f.array().map(post), now: f.int(latest) };
}

function post(value: Read): StoredPost {
  const f = new Fields(value, 2, refused);
  return { received: f.int(latest), sealed: f.bin() };
}

export interface MailboxOpenReply {
  readonly document: Bytes;
  readonly signature: Bytes;
  readonly stored: number;
  /** The server's time, ms. */
  readonly now: number;
}

/** Whom a request link sends to. */
export async function openMailboxAt(id: Bytes, read: Bytes, signal: AbortSignal): Promise<MailboxOpenReply> {
  const reply = await ask(`mailboxes/${hex(id)}/open`, { method: "POST", body: encode([read]), signal, tries });
  const f = fields(await bytesOf(reply, signal), 4);
  return { document: f.bin(), signature: f.bin(64), stored: f.int(), now: f.int(latest) };
}

/** Puts something into a mailbox. The same bytes again are stored once. */
export async function postTo(id: Bytes, token: Bytes, sealed: Bytes, signal: AbortSignal): Promise<void> {
  const body = encode([token, sealed]);
  const reply = await ask(`mailboxes/${hex(id)}/posts`, { method: "POST", body, signal, tries: 1 });
  fields(await bytesOf(reply, signal), 1).int(latest);
}

/** What lets who has a request link create a share, where the site asks for a token. */
export const postAuthorization = (id: Bytes, token: Bytes): string => `Post ${hex(id)}.${base64url(token)}`;
