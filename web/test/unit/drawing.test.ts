// What is drawn anew, and how often.
import assert from "node:assert/strict";
import { test } from "node:test";
import { restAfter } from "../../src/ui/drawing.ts";
import { pure } from "../../src/ui/pure.ts";
import { filmAround, missingOf } from "../../src/viewer/film-layout.ts";

test("a component is drawn anew when it is given something else, and only then", () => {
  const photo = { key: 1 };
  const Pure = pure(() => null) as unknown as new (
    props: object,
  ) => { props: object; shouldComponentUpdate(next: object): boolean };
  const tt: readonly (readonly [name: string, before: object, after: object, want: boolean])[] = [
    ["the same", { photo, place: 1 }, { photo, place: 1 }, false],
    ["another place", { photo, place: 1 }, { photo, place: 2 }, true],
    ["another object that looks alike", { photo, place: 1 }, { photo: { ...photo }, place: 1 }, true],
    ["something less", { photo, place: 1 }, { photo }, true],
    ["something more", { photo }, { photo, place: 1 }, true],
  ];
  for (const [name, before, after, want] of tt) {
    const component = new Pure(before);
    component.props = before;
    assert.equal(component.shouldComponentUpdate(after), want, name);
  }
});

test("what takes long is drawn less often, and never stands still", () => {
  assert.deepEqual([0, 2, 10, 50, 5000].map(restAfter), [16, 16, 40, 200, 400]);
});

test("frames of the strip: its window and half of one on each side", () => {
  const tt: readonly (readonly [name: string, args: Parameters<typeof filmAround>, want: readonly [number, number]])[] =
    [
      ["at the beginning", [2000, 72, 0, 720], [0, 15]],
      ["in the middle", [2000, 72, 7200, 720], [95, 115]],
      ["at the end", [2000, 72, 72 * 2000 - 720, 720], [1985, 2000]],
      ["fewer than the window has room for", [3, 72, 0, 720], [0, 3]],
      ["before it is laid out", [2000, 0, 0, 0], [0, 0]],
      ["without a length", [2000, Number.NaN, 0, 720], [0, 0]],
    ];
  for (const [name, args, [first, end]] of tt) assert.deepEqual(filmAround(...args), { first, end }, name);
});

test("missing frames come from the middle outwards", () => {
  assert.deepEqual(missingOf(0, 5, new Set([2])), [1, 3, 0, 4]);
  assert.deepEqual(missingOf(3, 3, new Set()), []);
});
