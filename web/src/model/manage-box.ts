// The mailbox behind a request link, for who made it: what has arrived, and its rules. No DOM.
import type { changeMailbox, readMailbox } from "../api/mailbox.ts";
import { type Bytes, equal } from "../format/bytes.ts";
import { type MailboxDocument, mailboxView, openMailbox } from "../format/mailbox.ts";
import type { Posts, StoredPost } from "../format/posts.ts";
import type { Signer } from "../format/signature.ts";

export interface BoxPorts {
  readonly readMailbox: typeof readMailbox;
  readonly changeMailbox: typeof changeMailbox;
  readonly openPosts: (owner: Bytes, id: Bytes, stored: readonly StoredPost[]) => Promise<Posts>;
  readonly now: () => number;
  readonly viewLink: (id: Bytes, view: Bytes) => string;
  readonly requestLink: (id: Bytes, view: Bytes) => string;
}

/** A share that came by the request link. */
export interface Delivery {
  readonly received: number;
  readonly link: string;
}

export interface Box {
  readonly document: MailboxDocument;
  /** The latest first; times in ms of this device's clock. */
  readonly deliveries: readonly Delivery[];
  /** What came and is no delivery: not by the link, unreadable, or there already. */
  readonly dropped: number;
  /** Server time minus local time, ms. */
  readonly skew: number;
  readonly requestLink: string;
}

export interface BoxChange {
  readonly open?: 0 | 1;
  readonly expires?: number;
}

/** Who asks: the owner of the mailbox. */
export interface BoxOwner {
  readonly signer: Signer;
  readonly owner: Bytes;
  readonly id: Bytes;
}

export async function readBox(ports: BoxPorts, { signer, owner, id }: BoxOwner, signal: AbortSignal): Promise<Box> {
  const reply = await ports.readMailbox(signer, id, signal);
  const document = openMailbox(reply.document, reply.signature, id);
  const { arrived, dropped } = await ports.openPosts(owner, id, reply.posts);
  const skew = reply.now - ports.now();
  const deliveries = arrived.map((a) => ({ received: a.received - skew, link: ports.viewLink(a.id, a.view) }));
  const requestLink = ports.requestLink(id, mailboxView(owner, id));
  return { document, deliveries: deliveries.toReversed(), dropped, skew, requestLink };
}

const merges = 3;

/** Signs the change on what stands; where something else stands by now, on that. True when that was so. */
export async function changeBox(
  ports: BoxPorts,
  { signer, owner, id }: BoxOwner,
  from: MailboxDocument,
  change: BoxChange,
  signal: AbortSignal,
): Promise<boolean> {
  let base = from;
  for (let n = 0; n < merges; n++) {
    const next: MailboxDocument = { ...base, ...change, revision: base.revision + 1 };
    const standing = await ports.changeMailbox(signer, owner, next, signal);
    if (!standing) return n > 0;
    base = openMailbox(standing.statement, standing.signature, id);
    // P, created and recipient never change: another one would be somebody else's mailbox.
    if (!equal(base.recipient, from.recipient)) throw new Error("another recipient stands there");
  }
  throw new Error("somebody else changes this mailbox all the time");
}
