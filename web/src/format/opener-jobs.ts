// The opener's work itself, the same in its worker and on the page's own thread.
import { ed25519 } from "@noble/curves/ed25519.js";
import { none } from "./bytes.ts";
import { isGated } from "./gates.ts";
import { manifestSeal, rootKey } from "./kdf.ts";
import { type Manifest, parseIndexDocument, parseManifest } from "./manifest.ts";
import { digest, openSealedSoon } from "./native.ts";
import type { Calls, Checked, Op, ToCheck, ToOpen } from "./opener-protocol.ts";
import { checkSums, openStatementBy, type Statement } from "./statement.ts";
import { VariantReader } from "./variant-reader.ts";
import { verifySoon } from "./verify-soon.ts";

// One signature is checked: the table that makes many fast takes three times as long as the check.
ed25519.Point.BASE.precompute(1);

type Handlers = { readonly [O in Op]: (args: Calls[O]["args"]) => Promise<Calls[O]["gives"]> };

async function check(a: ToCheck): Promise<Checked> {
  const sums = [digest(a.manifest), a.locks.length === 0 ? none : digest(a.locks)] as const;
  const statement = await openStatementBy(verifySoon, a.statement, a.signature, a.id);
  checkSums(statement, ...(await Promise.all(sums)));
  const ahead = !isGated(statement) && a.pepper.length > 0;
  return { statement, manifest: ahead ? await openAhead(statement, a) : null };
}

function openAhead(statement: Statement, { manifest: sealed, view, pepper }: ToCheck): Promise<Manifest | null> {
  return manifest({ statement, sealed, view, pepper, pw: none, r: none }).catch(() => null);
}

async function manifest(a: ToOpen): Promise<Manifest> {
  const { id } = a.statement;
  const root = rootKey(a.view, a.pepper, a.pw, a.r, id);
  return parseManifest(await openSealedSoon(a.sealed, manifestSeal(root, id)), a.statement);
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
    index: async ({ doc, statement, index }) => parseIndexDocument(doc, statement, index),
    async begin({ job, place }) {
      readers.set(job, new VariantReader(place));
      return null;
    },
    async feed({ job, bytes }) {
      await reader(job).feed(bytes);
      return null;
    },
    beginning: async ({ job }) => reader(job).beginning(),
    async finish({ job }) {
      const bytes = await reader(job).finish();
      readers.delete(job);
      return bytes;
    },
    async drop({ job }) {
      readers.delete(job);
      return null;
    },
  };
}
