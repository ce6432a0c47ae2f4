// Tile sets: heads that are taken and refused, which tiles a part of a photo needs, and reading them from a sealed bundle.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, concat } from "../../src/format/bytes.ts";
import { sha } from "../../src/format/kdf.ts";
import type { Variant } from "../../src/format/manifest.ts";
import { readPlace } from "../../src/model/opening.ts";
import { readWindow, windowsOf } from "../../src/model/windows.ts";
import { moves } from "../../src/viewer/moving.ts";
import { headOf, type Tile, tilesOf, touched } from "../../src/viewer/tile-set.ts";
import { MadeBundle, noise } from "./made-bundle.ts";

const forever = new AbortController().signal;

interface Made {
  readonly tiles: readonly Bytes[];
  readonly head: Bytes;
  readonly entry: Bytes;
}

function made(count: number, change: (head: Bytes) => void = () => {}): Made {
  const tiles = Array.from({ length: count }, (_, i) => noise(900 + i * 10, i));
  const head = concat(...tiles.map((t) => concat(Uint8Array.of(0, 0, t.length >> 8, t.length & 255), sha(t)))) as Bytes;
  change(head);
  return { tiles, head, entry: concat(head, ...tiles) as Bytes };
}

function variant({ head, entry }: Made, width: number, height: number, size = entry.length): Variant {
  return { role: "tiles", media: "webp", width, height, bundle: 0, offset: 30, size, sha256: sha(head) };
}

test("a head lists tiles row by row, smaller at the right and lower edge", () => {
  const m = made(6);
  const tiles = tilesOf(variant(m, 2500, 1100), m.head);
  assert.deepEqual(
    tiles.map(({ column, row, x, y, width, height }) => [column, row, x, y, width, height]),
    [
      [0, 0, 0, 0, 1024, 1024],
      [1, 0, 1024, 0, 1024, 1024],
      [2, 0, 2048, 0, 452, 1024],
      [0, 1, 0, 1024, 1024, 76],
      [1, 1, 1024, 1024, 1024, 76],
      [2, 1, 2048, 1024, 452, 76],
    ],
  );
  assert.equal(tiles[0]?.offset, 30 + 216);
  assert.deepEqual(
    tiles.map((t) => t.size),
    m.tiles.map((t) => t.length),
  );
});

const put = (at: number, n: number) => (head: Bytes) => new DataView(head.buffer, head.byteOffset).setUint32(at, n);
const hostile: readonly (readonly [why: string, make: () => void])[] = [
  ["a tile of no bytes", () => refuse(made(6, put(36, 0)), 2500, 1100)],
  ["a tile behind the end", () => refuse(made(6, put(36, 0xffffffff)), 2500, 1100)],
  ["a last tile that is too long", () => refuse(made(6, put(180, 951)), 2500, 1100)],
  ["a last tile that is too short", () => refuse(made(6, put(180, 949)), 2500, 1100)],
  ["fewer tiles than the size wants", () => refuse(made(5), 2500, 1100)],
  ["more tiles than the size wants", () => refuse(made(7), 2500, 1100)],
  ["an entry that ends in its head", () => refuse(made(6), 2500, 1100, 216)],
  ["an entry shorter than its head", () => refuse(made(6), 2500, 1100, 40)],
  ["very many tiles in a small entry", () => refuse(made(6), 16_000_000, 7)],
];

function refuse(m: Made, width: number, height: number, size?: number): void {
  const v = variant(m, width, height, size);
  headOf(v);
  tilesOf(v, m.head);
}

for (const [why, make] of hostile) test(`refused: ${why}`, () => assert.throws(make, { code: "manifest" }));
test("the same head as it should be is taken", () => refuse(made(6), 2500, 1100));

test("random heads are refused or inside their entry", () => {
  const m = made(12);
  let seed = 7;
  const random = (n: number) => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return seed % n;
  };
  let taken = 0;
  for (let n = 0; n < 20_000; n++) {
    const head = m.head.slice() as Bytes;
    if (n % 100 > 0) for (let k = random(3); k >= 0; k--) head[random(head.length / 36) * 36 + random(4)] = random(256);
    const v = variant(m, 4000, 3000);
    try {
      const tiles = tilesOf(v, head);
      taken++;
      for (const t of tiles)
        assert.ok(t.size > 0 && t.offset >= v.offset + 432 && t.offset + t.size <= v.offset + v.size);
    } catch (error) {
      assert.equal((error as { code?: string }).code, "manifest");
    }
  }
  assert.ok(taken >= 200 && taken < 15_000, `${taken} taken`);
});

test("a part of a photo needs the tiles it touches", () => {
  const m = made(48);
  const v = variant(m, 8000, 6000);
  const tiles = tilesOf(v, m.head);
  const of = (left: number, top: number, right: number, bottom: number) =>
    touched(tiles, v, { left, top, right, bottom }).map((t) => t.row * 8 + t.column);
  assert.equal(of(0, 0, 1, 1).length, 48);
  assert.deepEqual(of(0, 0, 0.1, 0.1), [0]);
  assert.deepEqual(of(0.1, 0, 0.2, 0.1), [0, 1]);
  assert.deepEqual(of(0.999, 0.999, 1, 1), [47]);
  assert.deepEqual(of(0.5, 0.5, 0.5, 0.6), []);
});

test("tiles of a row come by one request after the head, each checked", async () => {
  const m = made(48);
  const b = new MadeBundle([m.entry]);
  const place = b.places[0];
  assert.ok(place);
  const v: Variant = { ...variant(m, 8000, 6000), offset: place.offset };
  const ports = b.reads as Parameters<typeof readPlace>[0];
  const head = await readPlace(ports, b.share, headOf(v), forever);
  const row = tilesOf(v, head).slice(8, 16);
  const before = b.ranges.length;
  const got = new Map<Tile, Bytes>();
  for (const w of windowsOf(row, [b.sealed.length]))
    await readWindow(b.reads, b.share, w, forever, (t, what) => "bytes" in what && got.set(t, what.bytes));
  assert.equal(b.ranges.length - before, 1);
  assert.deepEqual(
    row.map((t) => got.get(t)),
    m.tiles.slice(8, 16),
  );
  await assert.rejects(readPlace(ports, b.share, { ...headOf(v), sha256: sha(noise(9, 1)) }, forever), {
    code: "hash",
  });
});

const bytes = (...parts: readonly (string | readonly number[])[]): Bytes =>
  Uint8Array.from(parts.flatMap((p) => (typeof p === "string" ? [...p].map((c) => c.charCodeAt(0)) : p))) as Bytes;
const gifFrame = [0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0];
const gif = (...frames: readonly number[][]) =>
  bytes("GIF89a", [1, 0, 1, 0, 0x80, 0, 0], [0, 0, 0, 9, 9, 9], frames.flat(), [0x3b]);
const chunk = (name: string, ...data: number[]) => [
  0,
  0,
  0,
  data.length,
  ...[...name].map((c) => c.charCodeAt(0)),
  ...data,
  0,
  0,
  0,
  0,
];
const png = (...chunks: readonly number[][]) => bytes([137, 80, 78, 71, 13, 10, 26, 10], ...chunks);

const pictures: readonly (readonly [
  what: string,
  is: boolean,
  media: "gif" | "webp" | "png" | "avif" | "jpeg",
  b: Bytes,
])[] = [
  ["a GIF of one frame", false, "gif", gif(gifFrame)],
  ["a GIF of two", true, "gif", gif(gifFrame, [0x21, 0xf9, 4, 0, 5, 0, 0, 0], gifFrame)],
  ["a GIF that is cut", false, "gif", gif(gifFrame).subarray(0, 24) as Bytes],
  ["a GIF of nothing", false, "gif", bytes("GIF89a")],
  ["a still WebP", false, "webp", bytes("RIFF", [0, 0, 0, 0], "WEBPVP8X", [10, 0, 0, 0, 16])],
  ["a moving WebP", true, "webp", bytes("RIFF", [0, 0, 0, 0], "WEBPVP8X", [10, 0, 0, 0, 18])],
  ["a plain WebP", false, "webp", bytes("RIFF", [0, 0, 0, 0], "WEBPVP8 ", [10, 0, 0, 0, 2])],
  ["a PNG", false, "png", png(chunk("IHDR", 0), chunk("IDAT", 0))],
  ["an APNG", true, "png", png(chunk("IHDR", 0), chunk("acTL", 0, 0, 0, 2, 0, 0, 0, 0), chunk("IDAT", 0))],
  [
    "an APNG of one frame",
    false,
    "png",
    png(chunk("IHDR", 0), chunk("acTL", 0, 0, 0, 1, 0, 0, 0, 0), chunk("IDAT", 0)),
  ],
  ["acTL too late", false, "png", png(chunk("IHDR", 0), chunk("IDAT", 0), chunk("acTL", 0, 0, 0, 2, 0, 0, 0, 0))],
  ["an AVIF", false, "avif", bytes([0, 0, 0, 20], "ftypavif")],
  ["a sequence of AVIF", true, "avif", bytes([0, 0, 0, 20], "ftypavis")],
  ["a JPEG", false, "jpeg", bytes([0xff, 0xd8, 0xff])],
];
for (const [what, is, media, b] of pictures)
  test(`${what} ${is ? "moves" : "is still"}`, () => assert.equal(moves(b, media), is));

test("whether it moves ends for any bytes", () => {
  for (let n = 0; n < 3000; n++)
    for (const media of ["gif", "png", "webp", "avif"] as const) moves(noise(n % 97, n), media);
  for (let n = 0; n < 60; n++) moves(concat(gif(gifFrame).subarray(0, n), noise(40, n)) as Bytes, "gif");
});
