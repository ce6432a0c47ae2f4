// An owner's second look: what the manage link alone opens, and the same manifest sealed anew under another passphrase.
import { type Bytes, concat, none, random } from "./bytes.ts";
import { FormatError } from "./errors.ts";
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
const usesR = (s: Statement) => s.locks.length > 0 || s.askFirst === 1;

/** PW and R out of the owner box. Which of them is used, the statement says, never the zeros. */
function openBox(o: Owned): Box {
  const { id } = o.statement;
  const box = openSealed(o.ownerBox, kdf.ownerSeal(o.owner, o.pepper, id));
  if (box.length !== boxSize) throw new FormatError("opening", "owner box is not 64 bytes");
  return { pw: o.statement.suite > 0 ? box.slice(0, 32) : none, r: usesR(o.statement) ? box.slice(32) : none };
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

/** The next revision under another passphrase: manifest and owner box are sealed anew under a fresh pepper. */
export function reseal(s: Signer, o: Owned, { pw, k }: NewPassphrase): Resealed {
  const { id } = o.statement;
  const old = openBox(o);
  const pepper = random(32);
  const root = kdf.rootKey(o.view, pepper, pw, old.r, id);
  const manifest = seal(openPadded(o, old), kdf.manifestSeal(root, id));
  const filled = (b: Bytes) => (b.length > 0 ? b : new Uint8Array(32));
  const box = seal(concat(filled(pw), filled(old.r)), kdf.ownerSeal(o.owner, pepper, id));
  const statement: Statement = {
    ...o.statement,
    revision: o.statement.revision + 1,
    suite: pw.length > 0 ? 1 : 0,
    manifest: kdf.sha(manifest),
  };
  const document = encodeStatement(statement);
  const unlock = kdf.sha(kdf.unlockToken(o.view, pw, old.r, id));
  const signature = s.sign("statement", document);
  return { statement, document, args: [document, signature, manifest, null, box, null, unlock, null, pepper, k] };
}
