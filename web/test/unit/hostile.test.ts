// What a hostile server, or a share at the limits of the format, does to the page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { none } from "../../src/format/bytes.ts";
import { decode, encode, type Value } from "../../src/format/msgpack.ts";

test("an index of 2,000 photos with 32 variants each is read", () => {
  const variants: Value = Array.from({ length: 32 }, () => [2, 1, 800, 600, 0, 100_000, 50_000, new Uint8Array(32)]);
  const list: Value = Array.from({ length: 2000 }, () => [none, 1, 9, 9, 1, none, 0, none, none, none, variants]);
  assert.equal((decode(encode(list)) as readonly unknown[]).length, 2000);
});
