// The mailbox behind a request link, for who made it: what has arrived, and its rules. No DOM.
import type { changeMailbox, readMailbox } from "../api/mailbox.ts";
import { type Bytes, equal } from "../format/bytes.ts";
import { FormatError } from "../format/errors.ts";
import { type MailboxDocument, mailboxView, openMailbox } from "../format/mailbox.ts";
import type { Posts, StoredPost } from "../format/posts.ts";
import type { Signer } from "../format/signature.ts";
import type { ManagePorts } from "./manage-ports.ts";
import { older } from "./manage-share.ts";

/** Requests and late functions; those of api/mailbox.ts and format/owner-rules.lazy.ts. */
export interface BoxPorts {
  readonly readMailbox: typeof readMailbox;
  readonly changeMailbox: typeof changeMailbox;
  readonly openPosts: (owner: Bytes, id: Bytes, stored: readonly StoredPost[]) => Promise<Posts>;
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

const merges = 3;

/** The mailbox of one owner. It remembers how far what it has read had come. */
export class BoxKeeper {
  readonly #ports: ManagePorts;
  readonly #of: BoxOwner;
  #revision = 0;
  #posts = 0;

  constructor(ports: ManagePorts, of: BoxOwner) {
    this.#ports = ports;
    this.#of = of;
  }

  async read(signal: AbortSignal): Promise<Box> {
    const { api, late, now, viewLink, requestLink } = this.#ports;
    const { signer, owner, id } = this.#of;
    const reply = await api.readMailbox(signer, id, signal);
    const stands = openMailbox(reply.document, reply.signature, id);
    // Revisions only rise and posts only come: less than there was is an answer from before.
    if (stands.revision < this.#revision) throw older(stands.revision, this.#revision);
    if (reply.posts.length < this.#posts) throw new FormatError("form", "posts that were there are missing");
    this.#revision = stands.revision;
    this.#posts = reply.posts.length;
    const { arrived, dropped } = await (await late()).openPosts(owner, id, reply.posts);
    const skew = reply.now - now();
    const deliveries = arrived.map((a) => ({ received: a.received - skew, link: viewLink(a.id, a.view) }));
    const link = requestLink(id, mailboxView(owner, id));
    return { document: stands, deliveries: deliveries.toReversed(), dropped, skew, requestLink: link };
  }

  /** Signs the change on what stands; where something else stands by now, on that. True when that was so. */
  async change(from: MailboxDocument, change: BoxChange, signal: AbortSignal): Promise<boolean> {
    const { signer, owner, id } = this.#of;
    let base = from;
    for (let n = 0; n < merges; n++) {
      const next: MailboxDocument = { ...base, ...change, revision: base.revision + 1 };
      const standing = await this.#ports.api.changeMailbox(signer, owner, next, signal);
      if (!standing) return n > 0;
      const other = openMailbox(standing.statement, standing.signature, id);
      if (other.revision < base.revision) throw older(other.revision, base.revision);
      base = other;
      // P, created and recipient never change: another one would be somebody else's mailbox.
      if (!equal(base.recipient, from.recipient)) throw new Error("another recipient stands there");
    }
    throw new Error("somebody else changes this mailbox all the time");
  }
}
