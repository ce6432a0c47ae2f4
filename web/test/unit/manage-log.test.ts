// The access log on the manage page: read, opened, put on a line, written out.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, concat, random } from "../../src/format/bytes.ts";
import { sealTo } from "../../src/format/hpke.ts";
import { idOf, logInfo } from "../../src/format/kdf.ts";
import { signer } from "../../src/format/signature.ts";
import { csvOf, eventName, jsonOf, LogReader, type LogState } from "../../src/model/manage-log.ts";
import { marks, place, ticks } from "../../src/model/timeline.ts";
import { garbage, late, never } from "./made-door.ts";

const owner = random(32);
const s = signer(owner);
const id = idOf(s.publicKey);

function event(kind: number, at: number, tag: Uint8Array = new Uint8Array(8)): Bytes {
  const plain = new Uint8Array(64);
  const view = new DataView(plain.buffer);
  plain.set([1, kind]);
  view.setBigUint64(2, BigInt(at));
  view.setBigUint64(10, 1n);
  plain.set(tag, 18);
  return sealTo(late.logKey(owner, id), logInfo(id), plain);
}

async function read(sealed: Bytes, ever: number, skew = 0): Promise<LogState> {
  const reply = { ever, sealed, now: Date.now() + skew };
  const reader = new LogReader(
    { read: async () => reply, late: async () => late, now: Date.now, rest: never },
    s,
    owner,
    id,
  );
  await reader.read();
  reader.close();
  return reader.state;
}

const hour = 3_600_000;
const now = Date.now();
const guess = random(8);

test("events are read with the manage link's key; wrong passphrases are told from right ones", async () => {
  const state = await read(
    concat(
      event(3, now - 3 * hour, random(8)),
      event(3, now - 2 * hour, guess),
      event(2, now - 2 * hour, guess),
      event(5, now - hour),
    ),
    4,
  );
  assert.ok(state.at === "read");
  assert.deepEqual(state.events.map(eventName), ["wrong-passphrase", "right-passphrase", "taken", "asked"]);
  assert.deepEqual([state.dropped, state.broken], [0, 0]);
});

test("what was dropped is counted, and what is not of this share is said", async () => {
  const state = await read(concat(event(1, now), garbage()), 1002);
  assert.ok(state.at === "read");
  assert.deepEqual([state.events.length, state.dropped, state.broken], [1, 1000, 1]);
});

test("times are those of this device", async () => {
  const state = await read(event(1, now + hour), 1, hour);
  assert.ok(state.at === "read");
  assert.ok(Math.abs((state.events[0]?.at ?? 0) - now) < 1000);
});

test("the files hold every event, at the server's time in UTC", () => {
  const skew = -hour;
  const log = {
    at: "read",
    events: [
      { kind: "tried", at: Date.UTC(2026, 10, 25, 10, 57), revision: 1, wrong: true },
      { kind: "taken", at: Date.UTC(2026, 10, 25, 10, 58), revision: 2 },
    ],
    dropped: 3,
    broken: 1,
    skew,
  } as const;
  assert.equal(
    csvOf(log),
    "at,what,revision\r\n2026-11-25T09:57:00.000Z,wrong-passphrase,1\r\n2026-11-25T09:58:00.000Z,taken,2\r\n",
  );
  assert.equal(
    jsonOf(log),
    '{"events":[{"at":"2026-11-25T09:57:00.000Z","what":"wrong-passphrase","revision":1},' +
      '{"at":"2026-11-25T09:58:00.000Z","what":"taken","revision":2}],"ever":6,"unreadable":1}\n',
  );
});

test("a time that no clock has is shown and saved all the same", async () => {
  for (const skew of [0, hour, -hour]) {
    const state = await read(event(1, Number.MAX_SAFE_INTEGER), 1, skew);
    assert.ok(state.at === "read" && state.broken === 0);
    for (const { at } of state.events) assert.ok(new Date(at).toISOString());
    assert.match(csvOf(state), /opened,1\r\n$/);
  }
});

test("a place on the line stays on the line", () => {
  const span = { from: 100, to: 200 };
  assert.deepEqual([place(50, span), place(100, span), place(150, span), place(999, span)], [0, 0, 0.5, 1]);
  assert.equal(place(5, { from: 7, to: 7 }), 0);
});

test("marks that would touch are one", () => {
  const span = { from: 0, to: 1000 };
  assert.deepEqual(marks([500, 100, 505, 510], span), [
    { place: 0.1, count: 1 },
    { place: 0.5, count: 3 },
  ]);
});

for (const length of [5 * 60_000, hour, 30 * hour, 7 * 24 * hour, 90 * 24 * hour, 400 * 24 * hour])
  test(`a line of ${length / hour} h has few ticks, in order, on the line`, () => {
    const span = { from: now, to: now + length };
    const { ticks: found } = ticks(span);
    assert.ok(found.length >= 1 && found.length <= 8, `${found.length}`);
    for (const [i, tick] of found.entries()) {
      assert.ok(tick.place >= 0 && tick.place <= 1);
      assert.ok(i === 0 || tick.at > (found[i - 1]?.at ?? 0));
    }
  });
