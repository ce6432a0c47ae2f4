// Looking at the beginning of an entry: the rest is read where it is wanted, from there on, and not at all where it is not.
import assert from "node:assert/strict";
import { test } from "node:test";
import { sealedChunk } from "../../src/format/span.ts";
import { readIf } from "../../src/model/peek.ts";
import { MadeBundle, noise } from "./made-bundle.ts";

const forever = new AbortController().signal;
const photo = noise(400_000, 3);

function made(first = noise(100, 1)) {
  const bundle = new MadeBundle([first, photo]);
  const entry = bundle.places[1];
  assert.ok(entry);
  const read = (wanted: (b: Uint8Array) => boolean) => readIf(bundle.reads, bundle.share, entry, wanted, forever);
  const asked = () => bundle.ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  return { bundle, read, asked };
}

test("what is not wanted costs its beginning", async () => {
  const { read, asked } = made();
  let seen = 0;
  const look = (b: Uint8Array) => {
    seen = b.length;
    return false;
  };
  assert.equal(await read(look), undefined);
  assert.ok(seen > 8192 && seen <= 65_536, `${seen} bytes were looked at`);
  assert.equal(asked(), sealedChunk);
});

test("what is wanted comes whole, each byte once", async () => {
  const { bundle, read } = made();
  assert.deepEqual(await read((b) => b.every((byte, i) => byte === photo[i])), photo);
  assert.equal(bundle.ranges.length, 2);
  assert.equal(bundle.ranges[1]?.start, bundle.ranges[0]?.end);
});

test("an entry that begins at the end of a chunk is looked at in the next one, too", async () => {
  const { read, asked } = made(noise(65_536 - 90, 1));
  let seen = 0;
  const look = (b: Uint8Array) => {
    seen = b.length;
    return false;
  };
  assert.equal(await read(look), undefined);
  assert.ok(seen > 8192, `${seen} bytes were looked at`);
  assert.equal(asked(), 2 * sealedChunk);
});

test("a changed beginning is not looked at", async () => {
  const { bundle, read } = made();
  bundle.sealed[1000] = (bundle.sealed[1000] ?? 0) ^ 1;
  await assert.rejects(
    read(() => assert.fail("it was looked at")),
    { code: "opening" },
  );
});

test("a changed end is refused as ever", async () => {
  const { bundle, read } = made();
  const at = bundle.sealed.length - 5000;
  bundle.sealed[at] = (bundle.sealed[at] ?? 0) ^ 1;
  await assert.rejects(
    read(() => true),
    { code: "opening" },
  );
});
