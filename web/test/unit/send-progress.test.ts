import assert from "node:assert/strict";
import { test } from "node:test";
import { type Arrived, arrive, type Load, Pace, photoProgress, wholeProgress } from "../../src/model/send-progress.ts";

test("ranges arrive in any order and join", () => {
  let arrived: Arrived = [];
  for (const [from, to] of [
    [20, 30],
    [0, 10],
    [40, 50],
    [10, 20],
    [25, 45],
  ] as const)
    arrived = arrive(arrived, from, to);
  assert.deepEqual(arrived, [[0, 50]]);
  assert.deepEqual(arrive([[0, 10]], 20, 30), [
    [0, 10],
    [20, 30],
  ]);
});

const load = (change: Partial<Load>): Load => ({ stripped: true, encoded: true, bytes: 100, spans: [], ...change });
const quick = { bundle: 0, from: 10, to: 30 };
const full = { bundle: 1, from: 0, to: 80 };

for (const { name, load: one, arrived, want } of [
  {
    name: "chosen",
    load: load({ stripped: false, encoded: false }),
    arrived: [],
    want: { strip: 0, encode: 0, seal: 0, upload: 0 },
  },
  { name: "prepared", load: load({}), arrived: [], want: { strip: 1, encode: 1, seal: 0, upload: 0 } },
  {
    name: "quick sealed",
    load: load({ spans: [quick] }),
    arrived: [],
    want: { strip: 1, encode: 1, seal: 0.2, upload: 0 },
  },
  {
    name: "half of quick sent",
    load: load({ spans: [quick] }),
    arrived: [[[0, 20]]],
    want: { strip: 1, encode: 1, seal: 0.2, upload: 0.1 },
  },
  {
    name: "others' bytes do not count",
    load: load({ spans: [quick] }),
    arrived: [
      [
        [0, 10],
        [30, 99],
      ],
    ],
    want: { strip: 1, encode: 1, seal: 0.2, upload: 0 },
  },
  {
    name: "all sealed, quick sent",
    load: load({ spans: [quick, full] }),
    arrived: [[[0, 30]], []],
    want: { strip: 1, encode: 1, seal: 1, upload: 0.2 },
  },
  {
    name: "all sent",
    load: load({ spans: [quick, full] }),
    arrived: [[[0, 30]], [[0, 80]]],
    want: { strip: 1, encode: 1, seal: 1, upload: 1 },
  },
  {
    name: "wrapping counts too",
    load: load({ bytes: 90, spans: [quick, full] }),
    arrived: [[[0, 30]], [[0, 80]]],
    want: { strip: 1, encode: 1, seal: 1, upload: 1 },
  },
] as { name: string; load: Load; arrived: Arrived[]; want: object }[])
  test(`a photo: ${name}`, () => assert.deepEqual(photoProgress(one, arrived), want));

test("the whole is nothing at first and one at last", () => {
  const one = load({ spans: [quick, full] });
  assert.equal(wholeProgress([load({ stripped: false, encoded: false })], []).share, 0);
  assert.equal(wholeProgress([], []).share, 0);
  const all = wholeProgress([one], [[[0, 30]], [[0, 80]]]);
  assert.ok(Math.abs(all.share - 1) < 1e-9);
  assert.deepEqual(
    { ...all, share: 1 },
    { photos: 1, stripped: 1, encoded: 1, bytes: 100, sealed: 100, sent: 100, share: 1 },
  );
});

test("pace says nothing before it can, then what the last half minute says", () => {
  const pace = new Pace();
  pace.note(0, 0);
  pace.note(1000, 1000);
  assert.equal(pace.secondsFor(5000), undefined);
  pace.note(2000, 2000);
  assert.equal(pace.secondsFor(5000), 5);
  for (let s = 3; s <= 60; s++) pace.note(1000 * s, 2000 + 100 * (s - 2));
  assert.equal(Math.round(pace.speed() ?? 0), 100);
});
