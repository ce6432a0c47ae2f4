// Documents and sealed files of the format: what is accepted, and that every other byte is refused.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { ascii, type Bytes, concat, fromHex, hex, none, utf8 } from "../../src/format/bytes.ts";
import { FormatError } from "../../src/format/errors.ts";
import { bundleSeal, idOf, sha } from "../../src/format/kdf.ts";
import { pad, parseIndexDocument, parseManifest, unpad } from "../../src/format/manifest.ts";
import { sniff } from "../../src/format/media.ts";
import { decode, encode, type Value } from "../../src/format/msgpack.ts";
import { openSealedSoon } from "../../src/format/native.ts";
import { checkElement } from "../../src/format/passphrase.ts";
import { openSealed, seal, streamKey } from "../../src/format/seal.ts";
import { pae, signer, verify } from "../../src/format/signature.ts";
import { headSize, plainSize, sealedSize, spanOf } from "../../src/format/span.ts";
import { encodeStatement, openStatement, type Statement } from "../../src/format/statement.ts";
import { VariantReader } from "../../src/format/variant-reader.ts";

const bytes = (n: number, from = 0): Bytes => Uint8Array.from({ length: n }, (_, i) => (from + i) & 0xff) as Bytes;

function code(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof FormatError) return error.code;
    throw error;
  }
  return "accepted";
}

const flipped = (b: Uint8Array, bit: number): Bytes => {
  const out = Uint8Array.from(b) as Bytes;
  out[bit >> 3] = (out[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return out;
};

for (const [name, value, want] of [
  ["fixint", 127, "7f"],
  ["8 bits", 128, "cc80"],
  ["16 bits", 256, "cd0100"],
  ["32 bits", 65_536, "ce00010000"],
  ["64 bits", 2 ** 32, "cf0000000100000000"],
  ["the largest", 2 ** 53 - 1, "cf001fffffffffffff"],
  ["empty", none, "c400"],
  ["256 bytes", bytes(256), `c50100${hex(bytes(256))}`],
  ["an array of 16", Array.from({ length: 16 }, () => 1), `dc0010${"01".repeat(16)}`],
] as readonly (readonly [string, Value, string])[])
  test(`msgpack: ${name}`, () => {
    assert.equal(hex(encode(value)), want);
    assert.deepEqual(decode(fromHex(want)), value);
  });

for (const [name, doc] of [
  ["nil", "c0"],
  ["a string", "a161"],
  ["a map", "80"],
  ["a signed number", "d17fff"],
  ["a negative number", "ff"],
  ["an 8-bit number that fits a fixint", "cc7f"],
  ["a 16-bit number that fits 8", "cd00ff"],
  ["2^53", "cf0020000000000000"],
  ["a bin16 that fits bin8", "c50001aa"],
  ["an array16 that fits a fixarray", "dc000101"],
  ["cut bin", "c402aa"],
  ["cut array", "9201"],
  ["an array longer than the document", "ddffffffff"],
  ["something behind the end", "0101"],
  ["nothing", ""],
  ["nine levels", "919191919191919191"],
] as const)
  test(`msgpack refuses ${name}`, () => {
    assert.equal(
      code(() => decode(fromHex(doc))),
      "msgpack",
    );
  });

const owner = signer(bytes(32));
const id = idOf(owner.publicKey);
const manifestBytes = bytes(10);
const base: Statement = {
  id,
  owner: owner.publicKey,
  revision: 1,
  created: 1_700_000_000_000,
  expires: 1_700_000_600_000,
  viewLimit: 0,
  suite: 0,
  locks: none,
  manifest: sha(manifestBytes),
  bundles: [{ upload: bytes(16), size: sealedSize(200_000), partSize: 262_144 }],
  logKey: none,
  stage: 1,
  askFirst: 0,
};
const opened = (s: Statement) => {
  const doc = encodeStatement(s);
  return openStatement(doc, owner.sign("statement", doc), id);
};

test("a statement is read as it was written", () => {
  assert.deepEqual(opened(base), base);
});

const second = { upload: bytes(16, 1), size: 182, partSize: 262_144 };
for (const [name, change, want] of [
  ["revision 0", { revision: 0 }, "rules"],
  ["expires when created", { expires: base.created }, "rules"],
  ["unknown suite", { suite: 2 }, "rules"],
  ["stage 3", { stage: 3 }, "rules"],
  ["stage 1 with a limit", { viewLimit: 1 }, "rules"],
  ["stage 1 with two bundles", { bundles: [...base.bundles, second] }, "rules"],
  ["two bundles", { stage: 2, bundles: [...base.bundles, second] }, "accepted"],
  ["two bundles in one upload", { stage: 2, bundles: [...base.bundles, ...base.bundles] }, "rules"],
  ["three bundles", { stage: 2, bundles: [...base.bundles, second, second] }, "form"],
  ["no bundle", { bundles: [] }, "form"],
  ["ask first 2", { askFirst: 2 }, "rules"],
  ["a small part size", { bundles: [{ ...second, partSize: 196_608 }] }, "rules"],
  ["an odd part size", { bundles: [{ ...second, partSize: 262_145 }] }, "rules"],
  ["a bundle of nothing", { bundles: [{ ...second, size: 181 }] }, "rules"],
  ["locks of another length", { locks: bytes(31) }, "form"],
  ["another id", { id: bytes(16) }, "id"],
  ["another key", { owner: signer(bytes(32, 7)).publicKey }, "id"],
] as readonly (readonly [string, Partial<Statement>, string])[])
  test(`statement: ${name}`, () => {
    assert.equal(
      code(() => opened({ ...base, ...change })),
      want,
    );
  });

test("no flipped bit of statement or signature passes", () => {
  const doc = encodeStatement(base);
  const sig = owner.sign("statement", doc);
  const codes = new Set<string>();
  for (let bit = 0; bit < doc.length * 8; bit++) codes.add(code(() => openStatement(flipped(doc, bit), sig, id)));
  for (let bit = 0; bit < sig.length * 8; bit += 5) codes.add(code(() => openStatement(doc, flipped(sig, bit), id)));
  assert.equal(codes.has("accepted"), false);
  assert.equal(
    code(() => openStatement(doc, sig, id)),
    "accepted",
  );
});

/** A signature whose R carries a point of order 8: the check with cofactor accepts it, the one without does not. */
function mixedSignature(seed: Bytes, message: Bytes): Bytes {
  const { Point } = ed25519;
  const torsion = Point.fromHex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a");
  const { scalar, pointBytes } = ed25519.utils.getExtendedPublicKey(seed);
  const r = 123_456_789n;
  const R = Point.BASE.multiply(r).add(torsion).toBytes();
  const h = sha512(concat(R, pointBytes, message));
  const k = BigInt(`0x${hex(Uint8Array.from(h).reverse())}`) % Point.Fn.ORDER;
  const S = (r + k * scalar) % Point.Fn.ORDER;
  return concat(R, fromHex(S.toString(16).padStart(64, "0")).reverse());
}

test("a signature with a mixed-order R is refused", () => {
  const seed = bytes(32, 9);
  const p = ed25519.getPublicKey(seed);
  const sig = mixedSignature(seed, pae("request", none));
  assert.equal(verify(p, "request", none, sig), false);
  assert.equal(ed25519.verify(sig, pae("request", none), p, { zip215: false }), true, "control: noble alone accepts");
});

test("keys with torsion and the identity are refused", () => {
  const identity = Uint8Array.of(1, ...new Uint8Array(31));
  const sig = concat(identity, new Uint8Array(32));
  assert.equal(verify(identity, "request", none, sig), false);
  const mixed = ed25519.Point.BASE.add(
    ed25519.Point.fromHex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
  ).toBytes();
  assert.equal(verify(mixed, "request", none, concat(mixed, new Uint8Array(32))), false);
});

test("elements: the identity, long and other bytes are refused", () => {
  for (const b of [new Uint8Array(32), new Uint8Array(33), new Uint8Array(0), new Uint8Array(32).fill(255)])
    assert.equal(
      code(() => checkElement(b)),
      "element",
    );
});

const passphrase = "ab".repeat(32);

/** By noble, and by the platform where it has the cipher. */
const openers = [async (...args: Parameters<typeof openSealed>) => openSealed(...args), openSealedSoon] as const;

for (const [i, open] of openers.entries())
  test(`a sealed file opens, and no changed bit, cut or addition does: opener ${i}`, async () => {
    for (const n of [0, 1, 65_536, 65_537]) {
      const sealed = seal(bytes(n), passphrase);
      assert.equal(sealed.length, sealedSize(n));
      assert.equal(plainSize(sealed.length), n);
      assert.deepEqual(await open(sealed, passphrase), bytes(n));
    }
    const sealed = seal(bytes(40), passphrase);
    const refused = { name: "FormatError" };
    for (let bit = 0; bit < sealed.length * 8; bit++)
      await assert.rejects(open(flipped(sealed, bit), passphrase), refused, `bit ${bit}`);
    for (let n = 0; n < sealed.length; n++)
      await assert.rejects(open(sealed.slice(0, n), passphrase), refused, `cut at ${n}`);
    await assert.rejects(open(concat(sealed, none, bytes(1)), passphrase), refused);
    await assert.rejects(open(sealed, "cd".repeat(32)), { code: "opening" });
  });

test("a header with another work factor is refused before any work", () => {
  const head = seal(none, passphrase).slice(0, headSize);
  const dear = concat(head.slice(0, 55), Uint8Array.of("9".charCodeAt(0)), head.slice(56));
  assert.equal(String.fromCharCode(...head.slice(54, 57)), " 1\n");
  assert.equal(
    code(() => streamKey(dear, passphrase)),
    "sealed",
  );
});

const B = bytes(32, 3);
const plain = bytes(200_000);
const bundle = seal(plain, bundleSeal(B, id));
const place = (offset: number, size: number, hash = sha(plain.slice(offset, offset + size))) => ({
  id,
  key: B,
  head: bundle.slice(0, headSize),
  total: bundle.length,
  offset,
  size,
  sha256: hash,
});
async function read(p: ReturnType<typeof place>, from: Bytes, piece: number): Promise<Bytes> {
  const reader = new VariantReader(p);
  const { start, end } = spanOf(p.total, p.offset, p.size);
  for (let at = start; at < end; at += piece) await reader.feed(from.slice(at, Math.min(at + piece, end)));
  return reader.finish();
}

for (const [name, offset, size] of [
  ["the first byte", 0, 1],
  ["inside a chunk", 100, 500],
  ["across a border", 65_530, 12],
  ["exactly a chunk", 65_536, 65_536],
  ["the last chunk", 196_608, 3392],
  ["the last byte", 199_999, 1],
  ["everything", 0, 200_000],
] as const)
  test(`a variant: ${name}`, async () => {
    for (const piece of [1000, 65_552, 1 << 20])
      assert.deepEqual(await read(place(offset, size), bundle, piece), plain.slice(offset, offset + size));
  });

test("a variant: another hash, a swapped chunk, missing and surplus bytes are refused", async () => {
  await assert.rejects(read(place(5, 10, sha(none)), bundle, 4096), { code: "hash" });
  const swapped = Uint8Array.from(bundle);
  swapped.copyWithin(headSize, headSize + 65_552, headSize + 2 * 65_552);
  await assert.rejects(read(place(5, 10), swapped, 4096), { code: "opening" });
  const short = new VariantReader(place(5, 10));
  await assert.rejects(short.finish(), { code: "opening" });
  await assert.rejects(short.feed(new Uint8Array(65_553)), { code: "opening" });
});

const variant = (role: number, offset: number, size: number): Value => [role, 3, 8, 6, 0, offset, size, sha(none)];
const field = { name: 0, media: 1, width: 2, orientation: 4, alt: 5, decorative: 6, preview: 8 };
const photo = (...variants: Value[]): Value[] => [none, 1, 8, 6, 1, none, 0, none, none, none, variants];
const changed = (key: keyof typeof field, value: Value): Value => {
  const p = photo(variant(2, 60, 10));
  const at = field[key];
  p[at >= 8 ? at + 1 : at] = value;
  return p;
};
const head = bundle.slice(0, headSize);
const manifest = (photos: Value[], index: Value = [], bundles: Value[] = [[B, head]], title: Value = none): Bytes =>
  pad(encode([1, title, none, bundles, photos, index]));
const statement = { ...base, bundles: [{ upload: bytes(16), size: bundle.length, partSize: 262_144 }] };
const good = photo(variant(2, 60, 10));
const posed = (...pose: Value[]): Value => [...photo(variant(2, 60, 10)), pose];

for (const [name, doc, want] of [
  ["one photo", manifest([photo(variant(2, 60, 10), variant(1, 70, 10))]), "accepted"],
  ["an index", manifest([], [10, 10, sha(none)]), "accepted"],
  ["photos and an index", manifest([good], [10, 10, sha(none)]), "manifest-form"],
  ["neither", manifest([]), "manifest-form"],
  ["an index outside", manifest([], [199_995, 10, sha(none)]), "manifest-form"],
  ["an index of nothing", manifest([], [10, 0, sha(none)]), "manifest-form"],
  [
    "two bundles where the statement has one",
    manifest(
      [good],
      [],
      [
        [B, head],
        [B, head],
      ],
    ),
    "manifest-form",
  ],
  ["a head of another file", manifest([good], [], [[B, bytes(165)]]), "manifest-form"],
  ["variants that overlap", manifest([photo(variant(2, 60, 10), variant(1, 69, 10))]), "manifest-form"],
  ["variants in another order", manifest([photo(variant(2, 70, 10), variant(1, 60, 10))]), "manifest-form"],
  ["a variant without a header before it", manifest([photo(variant(2, 0, 10))]), "manifest-form"],
  ["an empty variant", manifest([photo(variant(2, 60, 0))]), "manifest-form"],
  ["a variant outside", manifest([photo(variant(2, 199_995, 10))]), "manifest-form"],
  ["a role that is none", manifest([photo(variant(5, 60, 10))]), "manifest-form"],
  ["no variants", manifest([photo()]), "manifest-form"],
  ["a name with a slash", manifest([changed("name", ascii("a/b"))]), "manifest-form"],
  ["a name with an umlaut", manifest([changed("name", utf8("ä b"))]), "accepted"],
  ["a media type that is none", manifest([changed("media", 8)]), "manifest-form"],
  ["no width", manifest([changed("width", 0)]), "manifest-form"],
  ["121 megapixels", manifest([changed("width", 20_000_001)]), "manifest-form"],
  ["a panorama", manifest([posed(1, 24_000, 18_000, 12_000, 0, 9000, 0, 0, 9000)]), "accepted"],
  ["a panorama of another shape", manifest([posed(1, 36_000, 18_000, 0, 0, 9000, 0, 0, 9000)]), "manifest-form"],
  ["an empty pose", manifest([posed()]), "manifest-form"],
  ["orientation 0", manifest([changed("orientation", 0)]), "manifest-form"],
  ["orientation 9", manifest([changed("orientation", 9)]), "manifest-form"],
  ["alt text of two lines", manifest([changed("alt", ascii("a\nb"))]), "accepted"],
  ["alt text that is not UTF-8", manifest([changed("alt", bytes(1, 200))]), "manifest-form"],
  ["alt text that turns round", manifest([changed("alt", utf8("a\u202eb"))]), "manifest-form"],
  ["decorative 2", manifest([changed("decorative", 2)]), "manifest-form"],
  ["a preview that is a script", manifest([changed("preview", ascii("<svg>"))]), "manifest-form"],
  ["a title of two lines", manifest([good], [], [[B, head]], ascii("a\nb")), "manifest-form"],
  ["a bare array", pad(encode([])), "manifest-form"],
  ["no padding", encode([]), "padding"],
  ["padding that is not zero", flipped(manifest([good]), 8 * 4095), "padding"],
  ["a larger class than needed", concat(manifest([good]), new Uint8Array(16_384 - 4096)), "padding"],
] as const)
  test(`manifest: ${name}`, () => {
    assert.equal(
      code(() => parseManifest(doc as Bytes, statement)),
      want,
    );
  });

test("an index names nothing behind itself", () => {
  const index = { offset: 75, size: 10, sha256: sha(none) };
  const list = (...variants: Value[]) => encode([photo(...variants)]);
  assert.equal(parseIndexDocument(list(variant(2, 60, 10)), statement, index).length, 1);
  assert.equal(
    code(() => parseIndexDocument(list(variant(2, 70, 10)), statement, index)),
    "manifest-form",
  );
});

test("padding goes on and off", () => {
  for (const n of [0, 4092, 4093, 262_140]) assert.deepEqual(unpad(pad(bytes(n))), bytes(n));
  assert.equal(
    code(() => pad(bytes(262_141))),
    "padding",
  );
});

for (const [want, start] of [
  ["jpeg", "ffd8ffe0"],
  ["png", "89504e470d0a1a0a"],
  ["webp", "524946460000000057454250"],
  ["gif", "474946383961"],
  ["avif", "0000001c667479706d696631000000006176696600000000"],
  ["avif", "000000146674797061766966000000006d696631"],
  ["heic", "000000186674797068656963000000006d69663168656963"],
  ["jxl", "ff0a"],
  [undefined, "3c737667"],
  [undefined, ""],
] as const)
  test(`sniff: ${want} from ${start.slice(0, 24)}`, () => {
    assert.equal(sniff(fromHex(start)), want);
  });
