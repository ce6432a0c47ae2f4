// The geometry of edits, and what they do to pixels.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Box,
  between,
  type Edits,
  inside,
  isEdited,
  moved,
  noEdits,
  resized,
  sizeOf,
  touched,
  turn,
  turned,
  unturned,
  whole,
} from "../../src/editor/edits.ts";
import { average, editPixels } from "../../src/editor/pixels.ts";
import type { Pixels } from "../../src/engine/protocol.ts";

const box: Box = { x: 0.2, y: 0.3, w: 0.4, h: 0.1 };
const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);

test("a box keeps its corners through every turn", () => {
  for (const turns of [0, 1, 2, 3] as const) {
    const there = turned(box, turns);
    const [ax, ay] = unturned(there.x, there.y, turns);
    const [bx, by] = unturned(there.x + there.w, there.y + there.h, turns);
    const back = between(ax, ay, bx, by);
    near(back.x, box.x);
    near(back.y, box.y);
    near(back.w, box.w);
    near(back.h, box.h);
  }
  assert.deepEqual([turn(0, -1), turn(3, 1), turn(1, 1)], [3, 0, 2]);
});

test("boxes stay inside the photo, and never vanish", () => {
  assert.deepEqual(moved(box, -5, 5), { ...box, x: 0, y: 0.9 });
  const small = resized(box, "se", -9, -9);
  assert.ok(small.w > 0 && small.h > 0 && small.x === box.x && small.y === box.y);
  const large = resized(box, "nw", -9, -9);
  near(large.x, 0);
  near(large.x + large.w, box.x + box.w);
});

test("covering takes every pixel it touches, cutting keeps none that it does not hold", () => {
  assert.deepEqual(touched({ x: 0.05, y: 0.05, w: 0.1, h: 0.1 }, 10, 10), { x: 0, y: 0, width: 2, height: 2 });
  assert.deepEqual(inside({ x: 0.05, y: 0.05, w: 0.2, h: 0.2 }, 10, 10), { x: 1, y: 1, width: 1, height: 1 });
  assert.deepEqual(inside(whole, 4032, 3024), { x: 0, y: 0, width: 4032, height: 3024 });
  assert.equal(isEdited(noEdits), false);
  assert.equal(isEdited({ ...noEdits, turns: 2 }), true);
});

/** Every pixel says where it was. */
function grid(width: number, height: number): Pixels {
  const data = new Uint8ClampedArray(4 * width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set([x, y, 7, 255], 4 * (y * width + x));
  return { data, width, height, space: "srgb" };
}
const at = ({ data, width }: Pixels, x: number, y: number) => [
  ...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 4),
];

test("black leaves nothing, whatever was there", () => {
  const edits: Edits = { ...noEdits, marks: [{ cover: "black", box: { x: 0.25, y: 0.5, w: 0.5, h: 0.25 } }] };
  const picture = grid(8, 8);
  const made = editPixels(picture, edits);
  for (let y = 0; y < 8; y++)
    for (let x = 0; x < 8; x++) {
      const covered = x >= 2 && x < 6 && y >= 4 && y < 6;
      assert.deepEqual(at(made, x, y), covered ? [0, 0, 0, 255] : [x, y, 7, 255]);
    }
  assert.deepEqual(at(picture, 3, 4), [3, 4, 7, 255], "the photo itself is not changed");
  const other = grid(8, 8);
  other.data.fill(99, 4 * (4 * 8 + 2), 4 * (4 * 8 + 6));
  assert.deepEqual(editPixels(other, edits).data.subarray(4 * 32, 4 * 40), made.data.subarray(4 * 32, 4 * 40));
});

test("a blur keeps only means, and takes nothing from outside", () => {
  const picture = grid(60, 60);
  picture.data.fill(255, 0, 4 * 60 * 10); // bright above the area
  average(picture, { x: 0, y: 10, width: 60, height: 50 }, 60);
  const kept = new Set<string>();
  for (let y = 10; y < 60; y++) for (let x = 0; x < 60; x++) kept.add(at(picture, x, y).join());
  assert.ok(kept.size <= 5 * 4, `${kept.size} different pixels are left of 3,000`);
  assert.ok(![...kept].some((pixel) => pixel.startsWith("255")), "brightness from outside came in");
});

test("turning and cutting give the pixels that a person would expect", () => {
  const picture = grid(6, 4);
  const cases: readonly [Edits, readonly [number, number], readonly [number, number]][] = [
    [{ ...noEdits, turns: 1 }, [4, 6], [0, 3]], // upper left comes from lower left
    [{ ...noEdits, turns: 2 }, [6, 4], [5, 3]],
    [{ ...noEdits, turns: 3 }, [4, 6], [5, 0]],
    [{ ...noEdits, crop: { x: 0.5, y: 0.25, w: 0.5, h: 0.5 } }, [3, 2], [3, 1]],
    [{ ...noEdits, turns: 1, crop: { x: 0.5, y: 0.25, w: 0.5, h: 0.5 } }, [2, 3], [3, 2]],
  ];
  for (const [edits, size, first] of cases) {
    const made = editPixels(picture, edits);
    assert.deepEqual([made.width, made.height], size);
    assert.deepEqual(sizeOf(edits, 6, 4), size);
    assert.deepEqual(at(made, 0, 0).slice(0, 2), first, JSON.stringify(edits));
  }
});
