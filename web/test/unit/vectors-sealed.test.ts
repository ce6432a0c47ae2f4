// The golden vectors of everything sealed: files, ranges, manifests, passphrases, whole shares.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { type Bytes, concat, fromHex, hex, none, text } from "../../src/format/bytes.ts";
import { parseCode } from "../../src/format/code.ts";
import { FormatError } from "../../src/format/errors.ts";
import * as kdf from "../../src/format/kdf.ts";
import { type Manifest, type Photo, pad, parseIndexDocument, parseManifest, unpad } from "../../src/format/manifest.ts";
import { openerJobs } from "../../src/format/opener-jobs.ts";
import { checkElement, evaluate, finalize, oprfInput, stretch } from "../../src/format/passphrase.ts";
import { openOwned } from "../../src/format/reseal.ts";
import { openChunks, openSealed, streamKey } from "../../src/format/seal.ts";
import { signer } from "../../src/format/signature.ts";
import { type Place, plainSize, spanOf } from "../../src/format/span.ts";
import { checkSealed, openStatement, type Statement } from "../../src/format/statement.ts";
import { VariantReader } from "../../src/format/variant-reader.ts";

declare const WEB_DIR: string;

function cases<T>(file: string): readonly (T & { readonly name: string; readonly error: string })[] {
  const source = fs.readFileSync(path.join(WEB_DIR, "../crypto/vectors/v1", `${file}.json`), "utf8");
  const { cases } = JSON.parse(source) as { cases: readonly (T & { name: string; error: string })[] };
  assert.ok(cases.length > 0);
  return cases;
}

const unbase64 = (s: string | null | undefined): Bytes => Uint8Array.from(Buffer.from(s ?? "", "base64")) as Bytes;

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof FormatError) return error.code;
    throw error;
  }
  return "";
}

/** Which of our codes stand for an error of the vectors. */
const stands: Record<string, readonly string[]> = {
  "": [""],
  header: ["sealed"],
  passphrase: ["opening"],
  damaged: ["opening", "sealed"],
  padding: ["padding"],
  manifest: ["manifest-form", "version", "sealed", "hash", "manifest"],
  element: ["element"],
  empty: ["passphrase-form"],
  long: ["passphrase-form"],
  utf8: ["passphrase-form"],
  signature: ["signature"],
  locks: ["locks"],
  variant: ["hash"],
  index: ["hash"],
};
const agrees = (got: string, want: string, name: string) =>
  assert.ok(stands[want]?.includes(got), `${name}: ${got || "accepted"}, want ${want || "accepted"}`);

interface Sealed {
  readonly passphrase: string;
  readonly sealed?: string;
  readonly base?: string;
  readonly slices?: readonly (readonly [number, number])[];
  readonly size?: number;
  readonly sha256?: string;
}

const files = new Map(cases<Sealed>("sealed").map((c) => [c.name, unbase64(c.sealed)]));

test("sealed files", () => {
  for (const c of cases<Sealed>("sealed")) {
    const base = files.get(c.base ?? c.name) ?? none;
    const file = c.slices ? concat(...c.slices.map(([from, to]) => base.slice(from, to))) : base;
    agrees(
      codeOf(() => openSealed(file, c.passphrase)),
      c.error,
      c.name,
    );
    if (!c.error) assert.equal(hex(kdf.sha(openSealed(file, c.passphrase))), c.sha256, c.name);
  }
});

interface Range {
  readonly file: string;
  readonly passphrase: string;
  readonly header: string;
  readonly size: number;
  readonly offset: number;
  readonly length: number;
  readonly plain?: string;
}

/** Opens a range as a viewer does: head and size from elsewhere, whole chunks from the file. */
function openRange(c: Range): Bytes {
  const key = streamKey(fromHex(c.header), c.passphrase);
  if (c.offset + c.length > plainSize(c.size)) throw new FormatError("opening", "outside the file");
  const { firstChunk, start, end } = spanOf(c.size, c.offset, c.length);
  const sealed = (files.get(c.file) ?? none).slice(start, end);
  if (sealed.length !== end - start) throw new FormatError("opening", "bytes are missing");
  const plain = concat(...openChunks(key, c.size, firstChunk, sealed));
  const from = c.offset - firstChunk * 65_536;
  if (plain.length < from + c.length) throw new FormatError("opening", "bytes are missing");
  return plain.slice(from, from + c.length);
}

test("ranges", () => {
  for (const c of cases<Range>("ranges")) {
    agrees(
      codeOf(() => openRange(c)),
      c.error,
      c.name,
    );
    if (!c.error) assert.equal(hex(openRange(c)), c.plain, c.name);
  }
});

test("padding", () => {
  type Padding = { length: number; edits: readonly { at: number; bytes: string }[] | null; doc?: string };
  for (const c of cases<Padding>("padding")) {
    const plain = new Uint8Array(c.length);
    for (const { at, bytes } of c.edits ?? []) plain.set(fromHex(bytes), at);
    agrees(
      codeOf(() => unpad(plain)),
      c.error,
      c.name,
    );
    if (!c.error) assert.equal(hex(unpad(plain)), c.doc ?? "", c.name);
  }
});

interface Fields {
  readonly title: string;
  readonly words: string;
  readonly keys: readonly string[];
  readonly photos: readonly Record<string, unknown>[];
}

const roles = ["thumb", "view", "tiles", "original"];
const medias = ["jpeg", "png", "webp", "avif", "gif", "heic", "jxl"];

/** A photo in the words of the vectors. Orientation is checked when it is read and not kept. */
function plainPhoto({ media, preview, variants, pose, ...rest }: Photo, orientation: unknown): Record<string, unknown> {
  const plain = variants.map((v) => ({
    ...v,
    role: roles.indexOf(v.role) + 1,
    media: medias.indexOf(v.media) + 1,
    sha256: hex(v.sha256),
  }));
  const photo = { ...rest, media: medias.indexOf(media) + 1, orientation, preview: hex(preview), variants: plain };
  if (!pose) return photo;
  const { across, down, left, top, pitch, roll, heading, tilt } = pose;
  return { ...photo, pose: [1, across, down, left, top, pitch, roll, heading, tilt] };
}

function sameManifest(m: Manifest, photos: readonly Photo[], want: Fields, name: string): void {
  assert.deepEqual([m.title, m.words], [want.title, want.words], name);
  assert.deepEqual(
    m.bundles.map((b) => hex(b.key)),
    want.keys,
    name,
  );
  const plain = photos.map((p, i) => plainPhoto(p, want.photos[i]?.["orientation"]));
  assert.deepEqual(plain, want.photos, name);
}

const withSizes = (sizes: readonly number[]): Statement =>
  ({ bundles: sizes.map((size) => ({ upload: none, size, partSize: 262_144 })) }) as unknown as Statement;

test("manifests", () => {
  type Case = { doc: string; sizes: readonly number[]; index?: string; fields?: Fields };
  for (const c of cases<Case>("manifests")) {
    const s = withSizes(c.sizes);
    const read = () => {
      const m = parseManifest(pad(fromHex(c.doc)), s);
      if (!m.index) return { m, photos: m.photos };
      const doc = fromHex(c.index ?? "");
      if (doc.length !== m.index.size || hex(kdf.sha(doc)) !== hex(m.index.sha256))
        throw new FormatError("hash", "index");
      return { m, photos: parseIndexDocument(doc, s, m.index) };
    };
    agrees(codeOf(read), c.error, c.name);
    if (c.error || !c.fields) continue;
    const { m, photos } = read();
    sameManifest(m, photos, c.fields, c.name);
  }
});

test("elements", () => {
  for (const c of cases<{ element: string }>("elements"))
    agrees(
      codeOf(() => checkElement(fromHex(c.element))),
      c.error,
      c.name,
    );
});

interface Passphrase {
  readonly key: string;
  readonly id: string;
  readonly utf8: string;
  readonly utf16?: string;
  readonly input?: string;
  readonly blind?: string;
  readonly blinded?: string;
  readonly evaluated?: string;
  readonly y?: string;
  readonly pw?: string;
}

/** What was typed: UTF-16 code units in hexadecimal where UTF-8 cannot say it. */
function typed({ utf8, utf16 }: Passphrase): string {
  if (!utf16) return text(fromHex(utf8));
  return String.fromCharCode(...(utf16.match(/.{4}/g) ?? []).map((u) => Number.parseInt(u, 16)));
}

test("passphrases", () => {
  for (const c of cases<Passphrase>("passphrases")) {
    const id = fromHex(c.id);
    agrees(
      codeOf(() => oprfInput(id, typed(c))),
      c.error,
      c.name,
    );
    if (c.error) continue;
    const input = oprfInput(id, typed(c));
    assert.equal(hex(input), c.input, c.name);
    const question = { input, blind: fromHex(c.blind ?? ""), element: fromHex(c.blinded ?? "") };
    const y = finalize(question, fromHex(c.evaluated ?? ""));
    assert.equal(hex(y), c.y, c.name);
    assert.equal(hex(evaluate(fromHex(c.key), id, typed(c))), c.y, c.name);
    if (c.name.startsWith("the example")) assert.equal(hex(stretch(y, id)), c.pw, c.name);
  }
});

interface Share {
  readonly link: string;
  readonly manage: string;
  readonly passphrase: string;
  readonly key: string;
  readonly r: string;
  readonly pepper: string;
  readonly statement: string;
  readonly signature: string;
  readonly manifest: string;
  readonly locks: string | null;
  readonly ownerBox: string;
  readonly bundles: readonly string[];
  readonly fields?: Fields;
}

/** Opens a share as a viewer does, to the last variant. */
async function openWhole(c: Share): Promise<{ m: Manifest; photos: readonly Photo[]; statement: Statement }> {
  const code = parseCode(c.link);
  assert.ok(code.kind === "view");
  const statement = openStatement(fromHex(c.statement), fromHex(c.signature), code.id);
  const sealed = unbase64(c.manifest);
  checkSealed(statement, sealed, unbase64(c.locks));
  const key = fromHex(c.key);
  const pw = statement.suite > 0 ? stretch(evaluate(key, code.id, c.passphrase), code.id) : none;
  const jobs = openerJobs();
  const { id, view } = code;
  const m = await jobs.manifest({ statement, sealed, view, pepper: fromHex(c.pepper), pw, r: fromHex(c.r) });
  const bundles = c.bundles.map(unbase64);
  const read = async (entry: { bundle: number; offset: number; size: number; sha256: Bytes }): Promise<Bytes> => {
    const opened = m.bundles[entry.bundle];
    assert.ok(opened);
    const place: Place = { id, total: statement.bundles[entry.bundle]?.size ?? 0, ...opened, ...entry };
    const reader = new VariantReader(place);
    const { start, end } = spanOf(place.total, place.offset, place.size);
    await reader.feed(bundles[entry.bundle]?.slice(start, end) ?? none);
    return reader.finish();
  };
  const photos = m.index ? parseIndexDocument(await read({ bundle: 0, ...m.index }), statement, m.index) : m.photos;
  for (const v of photos.flatMap((p) => p.variants)) await read(v);
  return { m, photos, statement };
}

for (const c of cases<Share>("shares"))
  test(`shares: ${c.name}`, async () => {
    const opened = await openWhole(c).catch((error: unknown) => error);
    agrees(
      codeOf(() => {
        if (opened instanceof Error) throw opened;
      }),
      c.error,
      c.name,
    );
    if (c.error || !c.fields) return;
    const { m, photos, statement } = opened as Awaited<ReturnType<typeof openWhole>>;
    sameManifest(m, photos, c.fields, c.name);
    const code = parseCode(c.manage);
    assert.ok(code.kind === "manage");
    const { owner } = code;
    const view = kdf.viewSecret(kdf.commentSecret(owner, statement.id), statement.id);
    assert.equal(hex(kdf.idOf(signer(owner).publicKey)), hex(statement.id));
    const [manifest, ownerBox, pepper] = [unbase64(c.manifest), fromHex(c.ownerBox), fromHex(c.pepper)];
    const owned = openOwned({ owner, view, statement, manifest, ownerBox, pepper });
    assert.equal(owned.title, c.fields.title, "the manage link alone opens it");
  });
