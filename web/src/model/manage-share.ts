// A share as its owner reads it, and the change of its rules. Both go by what the owner has signed.
import type { StateReply } from "../api/owner.ts";
import type { Bytes } from "../format/bytes.ts";
import { FormatError } from "../format/errors.ts";
import { idOf } from "../format/kdf.ts";
import { rulesArgs } from "../format/request.ts";
import { type Owned, openOwned } from "../format/reseal.ts";
import type { Signer } from "../format/signature.ts";
import { checkSealed, encodeStatement, openStatement, type Statement } from "../format/statement.ts";
import type { ManagePorts } from "./manage-ports.ts";
import { type Change, changed, type Managed } from "./manage-state.ts";
import { ownLink } from "./opening.ts";

/** Believes nothing of a reply that the owner has not signed. */
export function readShare(
  { viewLink, now }: ManagePorts,
  s: Signer,
  owner: Bytes,
  reply: StateReply,
): { readonly share: Managed; readonly owned: Owned } {
  const id = idOf(s.publicKey);
  const { view } = ownLink(s.publicKey, owner);
  const statement = openStatement(reply.statement, reply.signature, id);
  checkSealed(statement, reply.manifest, reply.locks);
  const { manifest, ownerBox, pepper, taken } = reply;
  const owned: Owned = { owner, view, statement, manifest, ownerBox, pepper };
  const share: Managed = {
    statement,
    manifest: tryManifest(owned),
    taken,
    draining: reply.state === "draining",
    skew: reply.now - now(),
    viewLink: viewLink(id, view),
  };
  return { share, owned };
}

/** Rules can be changed even when the manifest does not open. */
function tryManifest(owned: Owned): Managed["manifest"] {
  try {
    return openOwned(owned);
  } catch {
    return undefined;
  }
}

/** A server that shows an older revision than was seen would get a second signature for a number that was signed before. */
export const older = (revision: number, seen: number): FormatError =>
  new FormatError("form", `an older revision, ${revision} after ${seen}`);

const merges = 3;

/** Signs the change on what stands; where something else stands by now, on that. True when that was so. */
export async function publishRules(
  { api }: ManagePorts,
  s: Signer,
  from: Statement,
  change: Change,
  signal: AbortSignal,
): Promise<boolean> {
  let base = from;
  for (let n = 0; n < merges; n++) {
    const next = changed(base, change);
    const standing = await api.publish(s, base.id, next.revision, rulesArgs(s, encodeStatement(next)), signal);
    if (!standing) return n > 0;
    const other = openStatement(standing.statement, standing.signature, base.id);
    if (other.revision < base.revision) throw older(other.revision, base.revision);
    base = other;
  }
  throw new Error("somebody else changes this share all the time");
}
