// A picture that stops half-way: another try asks for what is missing only, and a damaged one begins anew.
import assert from "node:assert/strict";
import { test } from "node:test";
import { headSize, sealedChunk } from "../../src/format/span.ts";
import { readPlace } from "../../src/model/opening.ts";
import { MadeBundle, noise } from "./made-bundle.ts";
import { directOpener } from "./made-share.ts";

const forever = new AbortController().signal;
const photo = noise(300_000, 5);
const broken = { code: "unreachable" };

function made(...breaks: readonly number[]) {
  const bundle = new MadeBundle([photo]);
  bundle.breaks = [...breaks];
  const entry = bundle.places[0];
  assert.ok(entry);
  const read = (reads = bundle.reads, signal = forever) => readPlace(reads, bundle.share, entry, signal);
  /** Sealed bytes that came more than once. */
  const twice = () => {
    const { ranges } = bundle;
    return ranges.reduce((sum, { start }, i) => sum + Math.max(0, came(ranges[i - 1], breaks[i - 1]) - start), 0);
  };
  const came = (range: { start: number; end: number } | undefined, broke: number | undefined) =>
    range ? Math.min(range.end, range.start + Math.ceil((broke ?? Number.POSITIVE_INFINITY) / 10_000) * 10_000) : 0;
  return { bundle, read, twice };
}

test("after a break, and another, no byte is asked for twice", async () => {
  const { bundle, read, twice } = made(50_000, 120_000);
  await assert.rejects(read(), broken);
  await assert.rejects(read(), broken);
  assert.deepEqual(await read(), photo);
  assert.equal(twice(), 0);
  assert.deepEqual(
    bundle.ranges.map(({ start }) => start - headSize),
    [0, 50_000, 170_000],
  );
});

test("control: another opener knows nothing of it and asks for everything again", async () => {
  const { bundle, read, twice } = made(50_000);
  await assert.rejects(read(), broken);
  assert.deepEqual(await read({ ...bundle.reads, opener: directOpener() }), photo);
  assert.equal(twice(), 50_000);
});

test("who turns away and comes back goes on as well", async () => {
  const { bundle, read, twice } = made();
  const leaves = new AbortController();
  const reads = {
    ...bundle.reads,
    api: {
      async *readParts(...args: Parameters<typeof bundle.reads.api.readParts>) {
        for await (const bytes of bundle.reads.api.readParts(...args)) {
          yield bytes;
          if (bundle.ranges.length === 1 && args[0].start === bundle.ranges[0]?.start) leaves.abort();
        }
      },
    },
  };
  await assert.rejects(read(reads, leaves.signal), { name: "AbortError" });
  assert.deepEqual(await read(), photo);
  assert.equal(bundle.ranges[1]?.start, headSize + 10_000);
  assert.ok(twice() >= 0);
});

test("what was changed on the way is not kept", async () => {
  const { bundle, read } = made();
  const at = headSize + sealedChunk + 7;
  const good = bundle.sealed[at] ?? 0;
  bundle.sealed[at] = good ^ 1;
  await assert.rejects(read(), { code: "opening" });
  bundle.sealed[at] = good;
  assert.deepEqual(await read(), photo);
  assert.equal(bundle.ranges[1]?.start, headSize);
});

test("two at a time: one goes on, the other begins anew, both are whole", async () => {
  const { bundle, read } = made(50_000);
  await assert.rejects(read(), broken);
  const both = await Promise.all([read(), read()]);
  assert.deepEqual(both, [photo, photo]);
  assert.deepEqual(
    bundle.ranges.slice(1).map(({ start }) => start - headSize),
    [50_000, 0],
  );
});

test("no more is kept than three, the latest", async () => {
  const bundle = new MadeBundle([1, 2, 3, 4].map((seed) => noise(200_000, seed)));
  bundle.breaks = [20_000, 20_000, 20_000, 20_000];
  for (const entry of bundle.places)
    await assert.rejects(readPlace(bundle.reads, bundle.share, entry, forever), broken);
  for (const [i, entry] of bundle.places.entries())
    assert.deepEqual(await readPlace(bundle.reads, bundle.share, entry, forever), noise(200_000, i + 1));
  const [first, ...others] = bundle.ranges.slice(4).map(({ start }, i) => start - (bundle.ranges[i]?.start ?? 0));
  assert.equal(first, 0);
  assert.deepEqual(others, [20_000, 20_000, 20_000]);
});
