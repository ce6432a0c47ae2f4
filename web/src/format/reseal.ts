// An owner's second look: what the manage link alone opens, and the same manifest sealed anew under another passphrase or
// for other people.
import { type Bytes, concat, none, random } from "./bytes.ts";
import { FormatError } from "./errors.ts";
import { usesR } from "./gates.ts";
import * as kdf from "./kdf.ts";
import { type Manifest, parseManifest } from "./manifest.ts";
import type { Value } from "./msgpack.ts";
import { openSealed, seal } from "./seal.ts";
import type { Signer } from "./signature.ts";
import { encodeStatement, type Statement } from "./statement.ts";

/** What an owner knows, and what the server gave them: see StateReply. */
export interface Owned {
  readonly owner: Bytes;
  readonly view: Bytes;
  readonly statement: Statement;
  readonly manifest: Bytes;
  readonly ownerBox: Bytes;
  readonly pepper: Bytes;
}

interface Box {
  readonly pw: Bytes;
  readonly r: Bytes;
}

const boxSize = 64;

/** PW and R out of the owner box. Which of them is used, the statement says, never the zeros. */
function openBox(o: Owned): Box {
  const { id } = o.statement;
  const box = openSealed(o.ownerBox, kdf.ownerSeal(o.owner, o.pepper, id));
  if (box.length !== boxSize) throw new FormatError("opening", "owner box is not 64 bytes");
  const half = (at: number, used: boolean) => {
    const b = box.slice(at, at + boxSize / 2);
    if (used) return b;
    if (b.some((byte) => byte !== 0))
      throw new FormatError("opening", "owner box holds what the statement does not use");
    return none;
  };
  return { pw: half(0, o.statement.suite > 0), r: half(boxSize / 2, usesR(o.statement)) };
}

function openPadded(o: Owned, { pw, r }: Box): Bytes {
  const root = kdf.rootKey(o.view, o.pepper, pw, r, o.statement.id);
  return openSealed(o.manifest, kdf.manifestSeal(root, o.statement.id));
}

export function openOwned(o: Owned): Manifest {
  return parseManifest(openPadded(o, openBox(o)), o.statement);
}

/** A passphrase to seal under: PW and the server's key k, both empty to take the passphrase away. */
export interface NewPassphrase {
  readonly pw: Bytes;
  readonly k: Bytes;
}

export interface Resealed {
  readonly statement: Statement;
  readonly document: Bytes;
  /** The arguments of publish. */
  readonly args: readonly Value[];
}

/** Who may open, beside the passphrase: R for named recipients, or for whom the owner lets in. */
export interface Circle {
  /** Fresh, or empty when everybody with the link may. */
  readonly r: Bytes;
  /** R sealed for the recipients, or empty. */
  readonly locks: Bytes;
  readonly askFirst: 0 | 1;
}

/** R as it is now, for the owner who lets somebody in. Empty when the share does not use it. */
export const heldR = (o: Owned): Bytes => openBox(o).r;

/** The next revision under another passphrase: manifest and owner box are sealed anew under a fresh pepper. */
export function reseal(s: Signer, o: Owned, { pw, k }: NewPassphrase): Resealed {
  const { r } = openBox(o);
  return sealAnew(s, o, { pw, r }, { suite: pw.length > 0 ? 1 : 0 }, { locks: null, k });
}

/** The next revision for other people; the passphrase stays. Who had R before opens nothing with it any more. */
export function resealFor(s: Signer, o: Owned, { r, locks, askFirst }: Circle): Resealed {
  const { pw } = openBox(o);
  const named = locks.length > 0;
  if (r.length !== (named || askFirst === 1 ? 32 : 0))
    throw new FormatError("rules", "R is there exactly when it is used");
  const change = { locks: named ? kdf.sha(locks) : none, askFirst };
  return sealAnew(s, o, { pw, r }, change, { locks, k: null });
}

/** Seals the same manifest under other keys and a fresh pepper. locks and k: null stays as it is. */
function sealAnew(
  s: Signer,
  o: Owned,
  { pw, r }: Box,
  change: Partial<Statement>,
  { locks, k }: { readonly locks: Bytes | null; readonly k: Bytes | null },
): Resealed {
  const { id } = o.statement;
  const pepper = random(32);
  const root = kdf.rootKey(o.view, pepper, pw, r, id);
  const manifest = seal(openPadded(o, openBox(o)), kdf.manifestSeal(root, id));
  const filled = (b: Bytes) => (b.length > 0 ? b : new Uint8Array(32));
  const box = seal(concat(filled(pw), filled(r)), kdf.ownerSeal(o.owner, pepper, id));
  const revision = o.statement.revision + 1;
  const statement: Statement = { ...o.statement, ...change, revision, manifest: kdf.sha(manifest) };
  const document = encodeStatement(statement);
  const unlock = kdf.sha(kdf.unlockToken(o.view, pw, r, id));
  const signature = s.sign("statement", document);
  return { statement, document, args: [document, signature, manifest, locks, box, null, unlock, null, pepper, k] };
}
