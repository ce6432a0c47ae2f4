// Courier and uploader against a line that fails on command.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Part } from "../../src/engine/protocol.ts";
import { Courier, type SendFault, tries } from "../../src/model/send-courier.ts";
import { largestPart, partSizeFor, smallestPart, Uploader } from "../../src/model/send-upload.ts";

const away: SendFault = { retry: "again", code: "away" };
const full: SendFault = { retry: "wait", code: "full" };
const gone: SendFault = { retry: "never", code: "gone" };

function courier(stop = new AbortController()) {
  const slept: number[] = [];
  const paused: (string | undefined)[] = [];
  let onPause: () => void = () => undefined;
  const made = new Courier(
    {
      faultOf: (thrown) => thrown as SendFault,
      sleep: async (ms) => {
        slept.push(ms);
      },
      paused: (fault) => {
        paused.push(fault?.code);
        if (fault) onPause();
      },
    },
    stop.signal,
  );
  return {
    courier: made,
    slept,
    paused,
    stop,
    whenPaused: (f: () => void) => {
      onPause = f;
    },
  };
}

/** A request that fails as listed, then succeeds. */
function failing(faults: readonly SendFault[]) {
  const left = [...faults];
  return async () => {
    const fault = left.shift();
    if (fault) throw fault;
    return "done";
  };
}

test("a request is tried again, with longer and longer pauses", async () => {
  const { courier: c, slept, paused } = courier();
  assert.equal(await c.deliver(failing([away, away, away])), "done");
  assert.deepEqual(slept, [500, 1000, 2000]);
  assert.deepEqual(paused, []);
});

test("the server's own pause counts", async () => {
  const { courier: c, slept } = courier();
  await c.deliver(failing([{ ...away, after: 7000 }]));
  assert.deepEqual(slept, [7000]);
});

test("after enough tries it waits for a person, and then goes on", async () => {
  const { courier: c, slept, paused, whenPaused } = courier();
  whenPaused(() => setTimeout(() => c.resume(), 1));
  assert.equal(await c.deliver(failing(Array.from({ length: tries + 1 }, () => away))), "done");
  assert.equal(slept.length, tries);
  assert.deepEqual(paused, ["away", undefined]);
});

test("a full disk waits at once; everything waits together and is asked once", async () => {
  const { courier: c, paused, whenPaused } = courier();
  whenPaused(() => setTimeout(() => c.resume(), 5));
  await Promise.all([c.deliver(failing([full])), c.deliver(failing([full]))]);
  assert.deepEqual(paused, ["full", undefined]);
});

test("what never helps is not tried again", async () => {
  const { courier: c } = courier();
  await assert.rejects(c.deliver(failing([gone])), (thrown) => thrown === gone);
});

test("cancelling ends a pause", async () => {
  const { courier: c, stop, whenPaused } = courier();
  whenPaused(() => setTimeout(() => stop.abort(new Error("cancelled")), 1));
  await assert.rejects(c.deliver(failing([full])), /cancelled/);
});

const partOf = (n: number, size = 100_000, bundle: 0 | 1 = 0): Part => ({
  upload: { id: "u", token: "t" },
  bundle,
  part: n,
  offset: n * size,
  bytes: new Uint8Array(size),
  digest: "",
});

test("parts go several at a time and all arrive", async () => {
  const { courier: c } = courier();
  const arrived: number[] = [];
  let flying = 0;
  let most = 0;
  const up = new Uploader(
    {
      put: async () => {
        most = Math.max(most, ++flying);
        await new Promise((resolve) => setTimeout(resolve, 2));
        flying--;
      },
      now: () => performance.now(),
      arrived: ({ part }) => arrived.push(part),
    },
    c,
  );
  for (let n = 0; n < 40; n++) up.push(partOf(n));
  await up.settled(0);
  assert.deepEqual(
    arrived.sort((a, b) => a - b),
    Array.from({ length: 40 }, (_, n) => n),
  );
  assert.ok(most >= 2 && most <= 6, `${most} at a time`);
});

test("what the link opens with goes first; originals have one line beside it until then", async () => {
  const { courier: c } = courier();
  const sent: string[] = [];
  const flying = new Map([
    [0, 0],
    [1, 0],
  ]);
  let most = 0;
  const up = new Uploader(
    {
      put: async ({ bundle, part }) => {
        sent.push(`${bundle} ${part}`);
        flying.set(bundle, (flying.get(bundle) ?? 0) + 1);
        most = Math.max(most, flying.get(1) ?? 0);
        await new Promise((resolve) => setTimeout(resolve, 2));
        flying.set(bundle, (flying.get(bundle) ?? 0) - 1);
      },
      now: () => performance.now(),
      arrived: () => undefined,
    },
    c,
  );
  for (let n = 0; n < 8; n++) up.push(partOf(n, 100_000, 1));
  for (let n = 0; n < 3; n++) up.push(partOf(n));
  await up.settled(0);
  assert.deepEqual(sent.slice(0, 3), ["1 0", "0 0", "0 1"], "one part of originals was on its way already");
  assert.equal(most, 1);
  up.opened();
  await up.settled(1);
  assert.ok(most > 1, "control: then several go at a time");
  assert.equal(sent.length, 11);
});

test("only the part that failed is sent again", async () => {
  const { courier: c } = courier();
  const sent: number[] = [];
  const up = new Uploader(
    {
      put: async ({ part }) => {
        sent.push(part);
        if (part === 3 && sent.filter((n) => n === 3).length < 3) throw away;
      },
      now: () => 0,
      arrived: () => undefined,
    },
    c,
  );
  for (let n = 0; n < 8; n++) up.push(partOf(n));
  await up.settled(0);
  assert.equal(sent.filter((n) => n === 3).length, 3);
  assert.equal(sent.length, 10);
});

test("a part that never arrives ends it, for who waits and for who seals", async () => {
  const { courier: c } = courier();
  const up = new Uploader({ put: async () => Promise.reject(gone), now: () => 0, arrived: () => undefined }, c);
  up.push(partOf(0));
  await assert.rejects(up.settled(0), (thrown) => thrown === gone);
  await assert.rejects(up.failed, (thrown) => thrown === gone);
});

test("one bundle is settled while the other is still on its way", async () => {
  const { courier: c } = courier();
  const still: (() => void)[] = [];
  const up = new Uploader(
    {
      put: ({ bundle }) => (bundle === 0 ? Promise.resolve() : new Promise((resolve) => still.push(resolve))),
      now: () => 0,
      arrived: () => undefined,
    },
    c,
  );
  up.push({ ...partOf(0), bundle: 1 });
  up.push({ ...partOf(0), bundle: 0 });
  await up.settled(0);
  let whole = false;
  const both = up.settled(1).then(() => {
    whole = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(whole, false);
  for (const done of still) done();
  await both;
});

test("nothing to send is settled", async () => {
  const { courier: c } = courier();
  await new Uploader({ put: async () => undefined, now: () => 0, arrived: () => undefined }, c).settled(0);
});

for (const { speed, want } of [
  { speed: undefined, want: 1 << 20 },
  { speed: 1, want: smallestPart },
  { speed: 10_000, want: smallestPart },
  { speed: 500_000, want: 1 << 20 },
  { speed: 2_000_000, want: 4 << 20 },
  { speed: 1e9, want: largestPart },
])
  test(`partSizeFor(${speed})`, () => {
    const size = partSizeFor(speed);
    assert.equal(size, want);
    assert.equal(size % 65_536, 0);
  });
