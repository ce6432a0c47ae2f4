// What takes long is done in turns: the page comes to its other work in between.
import assert from "node:assert/strict";
import { test } from "node:test";
import { measured, whileIdle } from "../../src/ui/turns.ts";

/** A file whose size takes so many ms to find out. */
function slow(ms: number, size: number): File {
  const file = new File([], "photo.jpg");
  const find = () => {
    for (const began = performance.now(); performance.now() - began < ms; );
    return size;
  };
  return Object.defineProperty(file, "size", { get: find });
}

/** How often a timer of nobody else came to its turn meanwhile. */
async function heard(does: () => Promise<unknown>): Promise<number> {
  let times = 0;
  const timer = setInterval(() => times++, 1);
  await does();
  clearInterval(timer);
  return times;
}

const cases = [
  { why: "many slow files let the page work in between", files: 20, ms: 3, between: true },
  { why: "a few that are known at once do not wait", files: 20, ms: 0, between: false },
  { why: "no files are no bytes", files: 0, ms: 0, between: false },
];

for (const { why, files, ms, between } of cases)
  test(why, async () => {
    let bytes = 0;
    const times = await heard(async () => {
      bytes = await measured(Array.from({ length: files }, () => slow(ms, 1000)));
    });
    assert.equal(bytes, 1000 * files);
    assert.equal(times > 0, between);
  });

test("steps are taken in order, each in a turn of its own, also where the browser does not know idle time", async () => {
  const taken: number[] = [];
  const times = await heard(() => whileIdle([1, 2, 3].map((n) => () => void taken.push(n))));
  assert.deepEqual(taken, [1, 2, 3]);
  assert.ok(times > 3);
});
