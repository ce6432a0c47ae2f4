// A request link as its maker sees it: made on /r, looked into from the manage page. No DOM.
import type { changeMailbox, MailboxReply, readMailbox } from "../api/mailbox.ts";
import type { deleteShare } from "../api/owner.ts";
import type { Bytes } from "../format/bytes.ts";
import { idOf } from "../format/kdf.ts";
import { type MailboxDocument, mailboxView, openMailbox } from "../format/mailbox.ts";
import type * as OwnerRules from "../format/owner-rules.lazy.ts";
import type { Arrived } from "../format/posts.ts";
import { type Signer, signer } from "../format/signature.ts";

export interface BoxPorts {
  readonly api: {
    readonly readMailbox: typeof readMailbox;
    readonly changeMailbox: typeof changeMailbox;
    readonly deleteShare: typeof deleteShare;
  };
  /** lazy<typeof OwnerRules>("owner-rules"). */
  readonly rules: () => Promise<Pick<typeof OwnerRules, "openPosts">>;
}

/** What a maker sees. */
export interface BoxContents {
  readonly document: MailboxDocument;
  /** What arrived, the oldest first; linkTo("s", { kind: "view", id, view }) opens each. */
  readonly arrived: readonly Arrived[];
  /** Posts that came by another way than the link, or twice. */
  readonly dropped: number;
  /** The server's time, ms. */
  readonly now: number;
}

/** What a maker can change. */
export interface BoxChange {
  readonly open?: 0 | 1;
  readonly expires?: number;
}

const merges = 3;

/** The mailbox of an owner secret. Errors are ApiError and FormatError, as those of model/managing.ts. */
export class RequestBox {
  readonly id: Bytes;
  /** The secret of the request link: linkTo("r", { kind: "request", id, view }). */
  readonly view: Bytes;
  readonly #ports: BoxPorts;
  readonly #owner: Bytes;
  readonly #signer: Signer;

  constructor(ports: BoxPorts, owner: Bytes) {
    this.#ports = ports;
    this.#owner = owner;
    this.#signer = signer(owner);
    this.id = idOf(this.#signer.publicKey);
    this.view = mailboxView(owner, this.id);
  }

  async read(signal: AbortSignal): Promise<BoxContents> {
    const reply = await this.#ports.api.readMailbox(this.#signer, this.id, signal);
    const document = this.#open(reply);
    const { openPosts } = await this.#ports.rules();
    return { document, ...(await openPosts(this.#owner, this.id, reply.posts)), now: reply.now };
  }

  #open({ document, signature }: Pick<MailboxReply, "document" | "signature">): MailboxDocument {
    return openMailbox(document, signature, this.id);
  }

  /** Closes, opens again, or sets another expiry. Returns what stands then. */
  async change(from: MailboxDocument, change: BoxChange, signal: AbortSignal): Promise<MailboxDocument> {
    let base = from;
    for (let n = 0; n < merges; n++) {
      const next = { ...base, ...change, revision: base.revision + 1 };
      const standing = await this.#ports.api.changeMailbox(this.#signer, this.#owner, next, signal);
      if (!standing) return next;
      base = this.#open({ document: standing.statement, signature: standing.signature });
    }
    throw new Error("somebody else changes this request link all the time");
  }

  /** Deletes the mailbox. The shares that came by it stay: their senders' manage links delete them. */
  remove(signal: AbortSignal): Promise<void> {
    return this.#ports.api.deleteShare(this.#signer, this.id, signal);
  }
}
