// The opener's work itself, the same in its worker and on the page's own thread.
import { ed25519 } from "@noble/curves/ed25519.js";
import type { Bytes } from "./bytes.ts";
import { manifestSeal, rootKey } from "./kdf.ts";
import { parseIndexDocument, parseManifest } from "./manifest.ts";
import type { Calls, Op, ToCheck, ToOpen } from "./opener-protocol.ts";
import { openSealed } from "./seal.ts";
import { checkSealed, openStatement } from "./statement.ts";
import { VariantReader } from "./variant-reader.ts";

// One signature is checked: the table that makes many fast takes three times as long as the check.
ed25519.Point.BASE.precompute(1);

type Handlers = { [O in Op]: (args: Calls[O]["args"]) => Calls[O]["gives"] };

function check(a: ToCheck) {
  const s = openStatement(a.statement, a.signature, a.id);
  checkSealed(s, a.manifest, a.locks);
  return s;
}

function manifest(a: ToOpen) {
  const { id } = a.statement;
  const root = rootKey(a.view, a.pepper, a.pw, a.r, id);
  return parseManifest(openSealed(a.sealed, manifestSeal(root, id)), a.statement);
}

/** A set of handlers with the variants that are being read. */
export function openerJobs(): Handlers {
  const readers = new Map<number, VariantReader>();
  const reader = (job: number): VariantReader => {
    const r = readers.get(job);
    if (!r) throw new Error("no such job");
    return r;
  };
  return {
    check,
    manifest,
    index: ({ doc, statement, index }) => parseIndexDocument(doc, statement, index),
    begin({ job, place }) {
      readers.set(job, new VariantReader(place));
      return null;
    },
    feed({ job, bytes }) {
      reader(job).feed(bytes);
      return null;
    },
    beginning: ({ job }) => reader(job).beginning(),
    finish({ job }): Bytes {
      const bytes = reader(job).finish();
      readers.delete(job);
      return bytes;
    },
    drop({ job }) {
      readers.delete(job);
      return null;
    },
  };
}
