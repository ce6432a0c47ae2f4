// Making a request link. The owner secret is made here, stands in the manage link, and is kept nowhere else. No DOM.
import type { makeMailbox } from "../api/mailbox.ts";
import { type Bytes, random } from "../format/bytes.ts";
import { idOf } from "../format/kdf.ts";
import { mailboxView } from "../format/mailbox.ts";
import type { mailboxRecipient } from "../format/posts.ts";
import { signer } from "../format/signature.ts";

export interface MakePorts {
  readonly makeMailbox: typeof makeMailbox;
  readonly recipient: typeof mailboxRecipient;
}

/** What a maker gets. */
export interface Made {
  readonly id: Bytes;
  /** The secret of the request link. */
  readonly view: Bytes;
  /** The owner secret: the manage link. */
  readonly owner: Bytes;
  /** Server time, ms. */
  readonly expires: number;
}

/** Makes a mailbox that takes photos for lifetime ms. token is the operator's, or empty. Each try makes another one. */
export async function makeRequest(
  ports: MakePorts,
  lifetime: number,
  token: string,
  signal: AbortSignal,
): Promise<Made> {
  const owner = random(32);
  const s = signer(owner);
  const id = idOf(s.publicKey);
  const recipient = await ports.recipient(owner, id);
  const document = (created: number) => {
    const expires = created + lifetime;
    return { id, owner: s.publicKey, revision: 1, created, expires, open: 1, recipient };
  };
  const { expires } = await ports.makeMailbox(s, owner, id, document, token, signal);
  return { id, view: mailboxView(owner, id), owner, expires };
}
