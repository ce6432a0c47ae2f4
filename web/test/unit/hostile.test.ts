// What a hostile server, or a share at the limits of the format, does to the page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openShare } from "../../src/api/share.ts";
import { none } from "../../src/format/bytes.ts";
import { decode, encode, type Value } from "../../src/format/msgpack.ts";
import type { Opener } from "../../src/format/opener.ts";
import { unseal } from "../../src/model/opening.ts";
import { whenWords } from "../../src/viewer/amounts.ts";

test("an index of 2,000 photos with 32 variants each is read", () => {
  const variants: Value = Array.from({ length: 32 }, () => [2, 1, 800, 600, 0, 100_000, 50_000, new Uint8Array(32)]);
  const list: Value = Array.from({ length: 2000 }, () => [none, 1, 9, 9, 1, none, 0, none, none, none, variants]);
  assert.equal((decode(encode(list)) as readonly unknown[]).length, 2000);
});

test("a list of millions of small numbers costs little more than itself", () => {
  const list = new Uint8Array(5 + (4 << 20));
  list.set([0xdd, 0, 0x40, 0, 0]);
  const before = process.memoryUsage().rss;
  assert.equal((decode(list) as readonly unknown[]).length, 4 << 20);
  const grown = process.memoryUsage().rss - before;
  assert.ok(grown < 400 * 2 ** 20, `${grown} bytes`);
});

/** A body that never ends; how much of it was read before the reader gave up. */
function endless(status: number, type: string): { readonly response: Response; readonly read: () => number } {
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(c) {
      sent += 1 << 20;
      if (sent > 64 << 20) c.close();
      else c.enqueue(new Uint8Array(1 << 20).fill(32));
    },
  });
  return { response: new Response(body, { status, headers: { "Content-Type": type } }), read: () => sent };
}

for (const [status, type] of [
  [200, "application/vnd.safelight+msgpack"],
  [404, "application/problem+json"],
] as const)
  test(`a reply ${status} without an end is not read to its end`, async (t) => {
    const { response, read } = endless(status, type);
    t.mock.method(globalThis, "fetch", async () => response);
    const { signal } = new AbortController();
    await assert.rejects(openShare(new Uint8Array(16), none, none, none, signal, 1), { code: "reply" });
    assert.ok(read() < 24 << 20, `${read()} bytes were read`);
  });

test("a time that no calendar has is no reply", async (t) => {
  const reply = (now: number) => encode([none, new Uint8Array(64), none, none, none, 0, 2, now]);
  let now = 8.64e15;
  t.mock.method(globalThis, "fetch", async () => new Response(reply(now)));
  const open = () => openShare(new Uint8Array(16), none, none, none, new AbortController().signal, 1);
  assert.equal((await open()).now, now);
  now++;
  await assert.rejects(open(), { code: "reply" });
});

test("a link that changed while the index was parsed does not show the share of the old one", async () => {
  const run = new AbortController();
  const index = { offset: 1, size: 1, sha256: none };
  const opener = {
    manifest: async () => ({ title: "", words: "", bundles: [{ key: none, head: none }], photos: [], index }),
    variant: () => ({ feed: async () => {}, beginning: async () => none, finish: async () => none, drop() {} }),
    async index() {
      run.abort();
      return [];
    },
  } as unknown as Opener;
  const statement = { bundles: [{ upload: none, size: 182, partSize: 262_144 }] };
  const ports = { opener, api: { readParts: async function* () {} } };
  const [p, looked] = [
    ports,
    { statement, reply: { manifest: none, taken: 0 }, manifest: null, skew: 0 },
  ] as unknown as [never, never];
  const keys = { pw: none, r: none, unlock: none };
  await assert.rejects(unseal(p, { id: none, view: none }, looked, keys, none, run.signal), { name: "AbortError" });
});

test("an expiry beyond every calendar is shown as its last moment", () => {
  assert.equal(whenWords(2 ** 53 - 1, 0), whenWords(8.64e15, 0));
});
