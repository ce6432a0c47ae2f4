// The statement: the owner's signed list of rules and hashes. FORMAT.md, "The statement".
import { type Bytes, equal, none } from "./bytes.ts";
import { FormatError } from "./errors.ts";
import { idOf, sha } from "./kdf.ts";
import { decode, encode, Fields, type Read } from "./msgpack.ts";
import { type DocType, verify } from "./signature.ts";

export interface Bundle {
  readonly upload: Bytes;
  /** Bytes of the sealed bundle. */
  readonly size: number;
  readonly partSize: number;
}

/** Times are Unix milliseconds of the server's clock. */
export interface Statement {
  readonly id: Bytes;
  readonly owner: Bytes;
  readonly revision: number;
  readonly created: number;
  readonly expires: number;
  /** 0: no limit. */
  readonly viewLimit: number;
  /** Passphrase: 0 none, 1 OPRF and Argon2id. */
  readonly suite: number;
  /** SHA-256 of the sealed locks, or empty. */
  readonly locks: Bytes;
  readonly manifest: Bytes;
  readonly bundles: readonly Bundle[];
  readonly logKey: Bytes;
  /** 1: views only, the originals are on their way; 2: complete. */
  readonly stage: number;
  /** 1: the owner is asked before anybody sees anything. */
  readonly askFirst: number;
}

const version = 1;
const kib = 1024;

/** The statement in doc after every check that needs neither manifest nor clock, in the order of FORMAT.md. */
export function openStatement(doc: Bytes, sig: Uint8Array, id: Uint8Array): Statement {
  const s = claimed(doc, id);
  return believed(s, verify(s.owner, "statement", doc, sig));
}

/** The same, by a check that takes its time. */
export async function openStatementBy(
  check: (p: Bytes, type: DocType, body: Bytes, sig: Bytes) => Promise<boolean>,
  doc: Bytes,
  sig: Bytes,
  id: Uint8Array,
): Promise<Statement> {
  const s = claimed(doc, id);
  return believed(s, await check(s.owner, "statement", doc, sig));
}

function claimed(doc: Bytes, id: Uint8Array): Statement {
  const s = parseStatement(doc);
  if (!equal(s.id, id) || !equal(idOf(s.owner), id))
    throw new FormatError("id", "statement: id does not belong to this link and key");
  return s;
}

function believed(s: Statement, signed: boolean): Statement {
  if (!signed) throw new FormatError("signature", "statement: signature does not verify");
  checkRules(s);
  return s;
}

/** Array header, version and types; believes nothing. Use openStatement. */
export function parseStatement(doc: Bytes): Statement {
  if (doc.length < 2 || doc[0] !== 0x9e) throw new FormatError("header", "statement: not an array of 14 elements");
  if (doc[1] !== version) throw new FormatError("version", "statement: unknown version");
  const form = (why: string) => new FormatError("form", `statement: ${why}`);
  let value: Read;
  try {
    value = decode(doc);
  } catch {
    throw form("not in the strict encoding");
  }
  const f = new Fields(value, 14, form);
  f.int();
  const s: Statement = {
    id: f.bin(16),
    owner: f.bin(32),
    revision: f.int(),
    created: f.int(),
    expires: f.int(),
    viewLimit: f.int(),
    suite: f.int(),
    locks: f.bin(0, 32),
    manifest: f.bin(32),
    bundles: f.array().map((b) => parseBundle(b, form)),
    logKey: f.bin(0, 32),
    stage: f.int(),
    askFirst: f.int(),
  };
  if (s.bundles.length < 1 || s.bundles.length > 2) throw form("not one or two bundles");
  return s;
}

function parseBundle(value: Read, form: (why: string) => Error): Bundle {
  const f = new Fields(value, 3, form);
  return { upload: f.bin(16), size: f.int(), partSize: f.int() };
}

function checkRules(s: Statement): void {
  const rule = (ok: boolean, why: string) => {
    if (!ok) throw new FormatError("rules", `statement: rules contradict each other: ${why}`);
  };
  rule(s.revision >= 1, "revision 0");
  rule(s.created < s.expires, "expires before it was created");
  rule(s.suite <= 1, "unknown passphrase suite");
  rule(s.stage === 1 || s.stage === 2, "unknown stage");
  rule(s.askFirst <= 1, "ask first is neither 0 nor 1");
  rule(s.stage === 2 || (s.bundles.length === 1 && s.viewLimit === 0), "stage 1 with two bundles or a view limit");
  const [a, b] = s.bundles;
  rule(!a || !b || !equal(a.upload, b.upload), "two bundles in one upload");
  for (const { size, partSize } of s.bundles) {
    rule(partSize >= 256 * kib && partSize <= 8192 * kib && partSize % (64 * kib) === 0, "part size");
    rule(size >= 182 && size <= 4_296_016_036, "bundle size");
  }
}

/** Refuses a manifest or locks that the statement does not name. */
export function checkSealed(s: Statement, manifest: Uint8Array, locks: Uint8Array): void {
  checkSums(s, sha(manifest), locks.length === 0 ? none : sha(locks));
}

/** The same by their SHA-256; that of no locks is empty. */
export function checkSums(s: Statement, manifest: Uint8Array, locks: Uint8Array): void {
  if (!equal(manifest, s.manifest)) throw new FormatError("manifest", "statement: manifest is another one");
  if (!equal(locks, s.locks)) throw new FormatError("locks", "statement: locks are other ones");
}

export function encodeStatement(s: Statement): Bytes {
  return encode([
    version,
    s.id,
    s.owner,
    s.revision,
    s.created,
    s.expires,
    s.viewLimit,
    s.suite,
    s.locks,
    s.manifest,
    s.bundles.map((b) => [b.upload, b.size, b.partSize]),
    s.logKey,
    s.stage,
    s.askFirst,
  ]);
}
