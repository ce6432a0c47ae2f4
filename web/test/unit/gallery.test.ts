// The grid and its saving without a page: where photos stand, which bytes are asked for, what files are called.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bytes } from "../../src/format/bytes.ts";
import type { Photo } from "../../src/format/manifest.ts";
import type { Entry } from "../../src/model/opening.ts";
import { readPatiently, readWindow, windowsOf } from "../../src/model/windows.ts";
import { itemsOf, mostInMemory, wayOf } from "../../src/viewer/archive.ts";
import { cleanName, distinct } from "../../src/viewer/archive-names.ts";
import { layoutOf, moved, rowsAround, selected } from "../../src/viewer/grid-layout.ts";
import { MadeBundle, noise } from "./made-bundle.ts";

const forever = new AbortController().signal;

const layouts: readonly (readonly [n: number, width: number, columns: number, rows: number])[] = [
  [300, 288, 2, 150],
  [300, 358, 3, 100],
  [300, 1248, 7, 43],
  [2000, 1248, 7, 286],
  [1, 1248, 7, 1],
  [0, 0, 2, 0],
];
for (const [n, width, columns, rows] of layouts)
  test(`${n} photos on ${width} px`, () => {
    const l = layoutOf(n, width);
    assert.deepEqual([l.columns, l.rows], [columns, rows]);
  });

test("drawn are the rows of three screens, inside the list", () => {
  const l = { columns: 3, rows: 100, row: 100, height: 9992 };
  assert.deepEqual(rowsAround(l, 0, 500), { first: 0, end: 10 });
  assert.deepEqual(rowsAround(l, 5000, 500), { first: 45, end: 60 });
  assert.deepEqual(rowsAround(l, 9500, 500), { first: 90, end: 100 });
  assert.deepEqual(rowsAround(l, 99_999, 500), { first: 100, end: 100 });
});

// Ten photos in four columns: 0–3, 4–7, 8–9; a page has two rows.
const moves: readonly (readonly [key: string, from: number, to: number | undefined])[] = [
  ["ArrowRight", 3, 4],
  ["ArrowRight", 9, 9],
  ["ArrowLeft", 0, 0],
  ["ArrowDown", 0, 4],
  ["ArrowDown", 7, 9],
  ["ArrowDown", 8, 8],
  ["ArrowUp", 2, 2],
  ["ArrowUp", 9, 5],
  ["Home", 7, 0],
  ["End", 0, 9],
  ["PageDown", 1, 9],
  ["PageUp", 9, 1],
  ["x", 1, undefined],
];
for (const [key, from, to] of moves) test(`${key} from ${from}`, () => assert.equal(moved(key, from, 10, 4, 2), to));

test("from right to left the arrows change", () => {
  assert.equal(moved("ArrowLeft", 3, 10, 4, 2, 1), 4);
  assert.equal(moved("ArrowRight", 3, 10, 4, 2, 1), 2);
});

test("selecting one, the same again, and a range either way", () => {
  assert.deepEqual([...selected(new Set(), 4, undefined, false)], [4]);
  assert.deepEqual([...selected(new Set([4]), 4, 4, false)], []);
  assert.deepEqual([...selected(new Set([4]), 6, 4, true)].sort(), [4, 5, 6]);
  assert.deepEqual([...selected(new Set([9]), 2, 4, true)].sort(), [2, 3, 4, 9]);
  assert.deepEqual([...selected(new Set(), 2, undefined, true)], [2]);
});

const entry = (offset: number, size: number, bundle = 0): Entry => ({
  bundle,
  offset,
  size,
  sha256: new Uint8Array(32),
});

test("what lies together is one window; what lies apart, or elsewhere, is not", () => {
  const entries = [entry(400_000, 9000), entry(30, 9000), entry(9100, 9000), entry(30, 9000, 1)];
  const windows = windowsOf(entries, [5_000_000, 5_000_000]);
  assert.deepEqual(
    windows.map((w) => [w.bundle, w.entries.map((e) => e.entry.offset)]),
    [
      [0, [30, 9100]],
      [0, [400_000]],
      [1, [30]],
    ],
  );
  for (const w of windows) assert.equal((w.start - 165) % 65_552, 0, "windows begin where a chunk does");
});

test("a window ends at 2 MiB", () => {
  const many = Array.from({ length: 400 }, (_, i) => entry(30 + i * 12_000, 11_000));
  const windows = windowsOf(many, [90_000_000]);
  assert.equal(
    windows.reduce((n, w) => n + w.entries.length, 0),
    400,
  );
  for (const w of windows) assert.ok(w.end - w.start <= 2 * 2 ** 20);
  assert.equal(windows.length, 3);
});

test("one request, every entry as it was sealed", async () => {
  const entries = Array.from({ length: 40 }, (_, i) => noise(5000 + i * 700, i));
  const b = new MadeBundle(entries);
  b.piece = 7777;
  const [w, ...more] = windowsOf(b.places, [b.sealed.length]);
  assert.ok(w);
  assert.equal(more.length, 0);
  const got = new Map<Entry, Bytes>();
  await readWindow(b.reads, b.share, w, forever, (e, what) => "bytes" in what && got.set(e, what.bytes));
  assert.equal(b.ranges.length, 1);
  assert.deepEqual(
    b.places.map((p) => got.get(p)),
    entries,
  );
});

test("an entry with another hash is refused, and its neighbours are not", async () => {
  const b = new MadeBundle([noise(3000, 1), noise(3000, 2), noise(3000, 3)]);
  const places = b.places.map((p, i) => (i === 1 ? { ...p, sha256: new Uint8Array(32) } : p));
  const [w] = windowsOf(places, [b.sealed.length]);
  assert.ok(w);
  const told: string[] = [];
  await readWindow(b.reads, b.share, w, forever, (_, what) =>
    told.push("bytes" in what ? "good" : `${(what.error as { code: string }).code}`),
  );
  assert.deepEqual(told, ["good", "hash", "good"]);
});

test("a photo is read on from where the connection broke", async () => {
  const bytes = noise(400_000, 5);
  const b = new MadeBundle([bytes]);
  b.breaks = [100_000, 0, 50_000];
  let broken = 0;
  let most = 0;
  const on = {
    progress: (n: number) => {
      assert.ok(n >= most, "progress does not go back");
      most = n;
    },
    broken: async () => void broken++,
  };
  assert.deepEqual(await readPatiently(b.reads, b.share, b.places[0] as Entry, forever, on), bytes);
  assert.equal(broken, 3);
  assert.equal(most, bytes.length);
  const starts = b.ranges.map((r) => r.start);
  assert.deepEqual(starts, [165, 100_165, 100_165, 150_165]);
});

test("a photo whose bytes were changed is never handed out", async () => {
  const b = new MadeBundle([noise(100_000, 5)]);
  b.sealed[70_000] = (b.sealed[70_000] ?? 0) ^ 1;
  const on = { progress() {}, broken: async () => {} };
  await assert.rejects(readPatiently(b.reads, b.share, b.places[0] as Entry, forever, on), { code: "opening" });
});

const names: readonly (readonly [string, string])[] = [
  ["beach.jpg", "beach.jpg"],
  ["a/b\\c:d.jpg", "a-b-c-d.jpg"],
  ["..jpg", "photo-001.jpg"],
  ["con.jpg", "photo-001.jpg"],
  ["LPT1.png", "photo-001.png"],
  ["con.1.png", "photo-001.png"],
  [" .hidden. .webp", "hidden.webp"],
  ["u\u0308ber.jpg", "\u00fcber.jpg"],
  ["a\u202egpj.jpg", "a-gpj.jpg"],
  [`${"x".repeat(300)}.jpg`, `${"x".repeat(100)}.jpg`],
];
for (const [given, clean] of names)
  test(`the name ${JSON.stringify(given).slice(0, 40)}`, () => assert.equal(cleanName(given, "photo-001"), clean));

test("no two names are alike, also where capitals do not count", () => {
  assert.deepEqual(distinct(["a.jpg", "A.jpg", "a (2).jpg", "a.jpg", "a.png"]), [
    "a.jpg",
    "A (2).jpg",
    "a (2) (2).jpg",
    "a (3).jpg",
    "a.png",
  ]);
});

function photo(name: string, size: number): Photo {
  const variant = {
    role: "original",
    media: "jpeg",
    width: 9,
    height: 9,
    bundle: 0,
    offset: 1,
    size,
    sha256: new Uint8Array(32),
  };
  return { name, media: "jpeg", width: 9, height: 9, variants: [variant] } as unknown as Photo;
}

test("photos are saved in their order, under a number or the name that the sender kept", () => {
  const photos = [photo("", 1), photo("x.JPEG", 1), photo("x.png", 1)];
  assert.deepEqual(
    itemsOf(photos, [2, 0, 1]).map((i) => i.name),
    ["photo-001.jpg", "x.jpg", "x (2).jpg"],
  );
});

test("how they are saved", () => {
  const small = itemsOf([photo("", 1), photo("", 1)], [0, 1]);
  const large = itemsOf([photo("", mostInMemory), photo("", 1)], [0, 1]);
  assert.equal(wayOf(small, true), "zip");
  assert.equal(wayOf(large, true), "zip");
  assert.equal(wayOf(small, false), "memory");
  assert.equal(wayOf(large, false), "single");
  assert.equal(wayOf(small.slice(0, 1), true), "single");
});
