// Other people for a share: fresh R, sealed for those who are named, held for those whom the owner lets in. Loaded late.
import { none, random } from "./bytes.ts";
import { sealLocks } from "./locks.ts";
import { type Owned, type Resealed, resealFor } from "./reseal.ts";
import type { Signer } from "./signature.ts";

export interface People {
  /** age1… and age1pq1…, as parseRecipients returns them; none: nobody is named. */
  readonly recipients: readonly string[];
  readonly askFirst: boolean;
}

/**
 * The next revision for exactly these people. With nobody named and nobody asked, everybody with the link (and the
 * passphrase) may open. The server keeps no list of names, so recipients that stay have to be given again.
 */
export async function changeRecipients(s: Signer, o: Owned, { recipients, askFirst }: People): Promise<Resealed> {
  const named = recipients.length > 0;
  const r = named || askFirst ? random(32) : none;
  const locks = named ? await sealLocks(r, o.view, o.statement.id, recipients) : none;
  return resealFor(s, o, { r, locks, askFirst: askFirst ? 1 : 0 });
}
