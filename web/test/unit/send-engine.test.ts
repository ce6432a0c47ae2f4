// The pool of workers, with lines that answer on command.
import assert from "node:assert/strict";
import { test } from "node:test";
import { cargo } from "../../src/engine/cargo.ts";
import { Fault } from "../../src/engine/fault.ts";
import { type Line, Pool } from "../../src/engine/pool.ts";
import type { Answer, Call } from "../../src/engine/protocol.ts";

class Hand implements Line {
  onmessage: ((event: MessageEvent) => void) | null = null;
  onerror: ((event: ErrorEvent) => void) | null = null;
  ended = false;
  readonly calls: Call[] = [];

  postMessage(message: unknown): void {
    this.calls.push(message as Call);
  }

  terminate(): void {
    this.ended = true;
  }

  answer(answer: Omit<Answer & { value: unknown }, "id"> | { fault: { code: string } }): void {
    this.onmessage?.({ data: { id: 0, ...answer } } as MessageEvent);
  }

  break(): void {
    this.onerror?.({ preventDefault: () => undefined } as ErrorEvent);
  }
}

function pool(size: number, limit = 100, spent?: (value: unknown) => boolean) {
  const hands: Hand[] = [];
  const start = () => {
    const hand = new Hand();
    hands.push(hand);
    return hand;
  };
  return { hands, pool: new Pool({ start, size, limit, missing: async () => "updated", ...(spent ? { spent } : {}) }) };
}

const nth = (hands: Hand[], n: number): Hand => hands[n] ?? assert.fail(`no worker ${n}`);
const code = (wanted: string) => (thrown: unknown) => thrown instanceof Fault && thrown.code === wanted;

test("no more workers than allowed, and no more than needed", async () => {
  const { hands, pool: p } = pool(2);
  const calls = [1, 2, 3].map((n) => p.run("f", [n], 1));
  assert.equal(hands.length, 2);
  nth(hands, 0).answer({ value: "one" });
  assert.equal(await calls[0], "one");
  assert.deepEqual(
    nth(hands, 0).calls.map((call) => call.args),
    [[1], [3]],
  );
  nth(hands, 0).answer({ value: "three" });
  nth(hands, 1).answer({ value: "two" });
  assert.deepEqual(await Promise.all(calls), ["one", "two", "three"]);
});

test("something heavy is worked on alone", async () => {
  const { hands, pool: p } = pool(2, 10);
  void p.run("f", [], 4);
  const heavy = p.run("f", [], 50);
  assert.equal(hands.length, 1);
  nth(hands, 0).answer({ value: 1 });
  void p.run("f", [], 1);
  assert.equal(hands.length, 1);
  assert.equal(nth(hands, 0).calls.length, 2);
  nth(hands, 0).answer({ value: 2 });
  assert.equal(await heavy, 2);
});

test("a fault comes back with its code and keeps the worker", async () => {
  const { hands, pool: p } = pool(1);
  const call = p.run("f", [], 1);
  nth(hands, 0).answer({ fault: { code: "damaged" } });
  await assert.rejects(call, code("damaged"));
  void p.run("f", [], 1);
  assert.equal(hands.length, 1);
});

for (const bad of ["memory", "internal", "nobody knows this one"])
  test(`a worker that answers "${bad}" is replaced`, async () => {
    const { hands, pool: p } = pool(1);
    const call = p.run("f", [], 1);
    nth(hands, 0).answer({ fault: { code: bad } });
    await assert.rejects(call, code(bad === "memory" ? "memory" : "internal"));
    assert.ok(nth(hands, 0).ended);
    void p.run("f", [], 1);
    assert.equal(hands.length, 2);
  });

test("a worker that grew is replaced", async () => {
  const { hands, pool: p } = pool(1, 100, (value) => value === "large");
  const call = p.run("f", [], 1);
  nth(hands, 0).answer({ value: "large" });
  assert.equal(await call, "large");
  assert.ok(nth(hands, 0).ended);
});

test("aborting a running call ends its worker alone", async () => {
  const { hands, pool: p } = pool(2);
  const stop = new AbortController();
  const aborted = p.run("f", [1], 1, stop.signal);
  const other = p.run("f", [2], 1);
  const waiting = p.run("f", [3], 1);
  stop.abort(new Error("removed"));
  await assert.rejects(aborted, /removed/);
  assert.deepEqual(
    hands.map((hand) => hand.ended),
    [true, false, false],
  );
  nth(hands, 1).answer({ value: 2 });
  nth(hands, 2).answer({ value: 3 });
  assert.deepEqual(await Promise.all([other, waiting]), [2, 3]);
});

test("aborting a waiting call ends no worker", async () => {
  const { hands, pool: p } = pool(1);
  const stop = new AbortController();
  void p.run("f", [1], 1);
  const waiting = p.run("f", [2], 1, stop.signal);
  stop.abort(new Error("removed"));
  await assert.rejects(waiting, /removed/);
  assert.ok(!nth(hands, 0).ended);
});

test("a worker that never came was an update; one that breaks later is a fault of ours", async () => {
  const { hands, pool: p } = pool(1);
  const first = p.run("f", [], 1);
  nth(hands, 0).break();
  await assert.rejects(first, code("updated"));
  const second = p.run("f", [], 1);
  nth(hands, 1).answer({ value: 1 });
  await second;
  const third = p.run("f", [], 1);
  nth(hands, 1).break();
  await assert.rejects(third, code("internal"));
});

test("what comes first waits for nobody but the call that runs", async () => {
  const { hands, pool: p } = pool(1);
  const calls = [p.run("f", [1], 1), p.run("f", [2], 1), p.run("g", [3], 1, undefined, true)];
  for (const value of [1, 3, 2]) nth(hands, 0).answer({ value });
  assert.deepEqual(await Promise.all(calls), [1, 2, 3]);
  assert.deepEqual(
    nth(hands, 0).calls.map((call) => call.args[0]),
    [1, 3, 2],
  );
});

test("practising ends when there is something to do", async () => {
  const { hands, pool: p } = pool(1);
  const practising = p.practise(5);
  const real = p.run("f", [], 1);
  nth(hands, 0).answer({ value: undefined });
  await practising;
  nth(hands, 0).answer({ value: "done" });
  assert.equal(await real, "done");
  assert.deepEqual(
    nth(hands, 0).calls.map(({ call }) => call),
    ["warm", "f"],
  );
});

test("pixels and results are handed over, what a photo gave away is not", () => {
  const data = new Uint8ClampedArray(4);
  const picture = new Uint8Array(3);
  const finding = { group: "hidden", code: "thumbnail", value: "", picture };
  assert.deepEqual(cargo([{ data, width: 1, height: 1 }, { findings: [finding] }], 2), [data.buffer]);
  assert.deepEqual(cargo({ value: { findings: [finding] }, memory: 1 }, 4), [picture.buffer]);
  assert.deepEqual(cargo(picture, 0), [picture.buffer]);
  assert.deepEqual(cargo([new Blob([picture]), "text", undefined, null], 4), []);
});
