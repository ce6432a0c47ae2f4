// Panoramas: what is kept of how they lie while a photo is prepared, and looking around in them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isEdited, noEdits, reframes, whole } from "../../src/editor/edits.ts";
import type { Coded, Stripped } from "../../src/engine/protocol.ts";
import type { Pose, Pose as Sphere } from "../../src/format/manifest.ts";
import { toldOf } from "../../src/model/send-run.ts";
import {
  apart,
  dragged,
  firstLook,
  intoPicture,
  lieOf,
  limited,
  pixelAngle,
  shownAt,
  turned,
} from "../../src/viewer/sphere.ts";
import { stepped, zoomed } from "../../src/viewer/sphere-hand.ts";

const pose: Pose = { across: 36_000, down: 18_000, left: 0, top: 0, pitch: -250, roll: 0, heading: 0, tilt: 0 };

test("what is said of a photo has its pose, with new pixels too, and none where there is none", () => {
  const stripped = { media: 1, width: 8000, height: 4000, orientation: 1, pose } as Stripped;
  const view = { role: 2, media: 3, width: 2048, height: 1024 } as Coded;
  assert.deepEqual(toldOf({ stripped, variants: [view] }, false), { ...stripped });
  assert.deepEqual(toldOf({ stripped, variants: [view] }, true), {
    ...{ media: 3, width: 2048, height: 1024, orientation: 1, pose },
  });
  const { pose: _, ...plain } = stripped;
  assert.equal("pose" in toldOf({ stripped: plain as Stripped, variants: [view] }, false), false);
});

test("covering something leaves a panorama as it lies; cutting and turning do not", () => {
  const covered = { ...noEdits, marks: [{ cover: "black", box: { x: 0.1, y: 0.1, w: 0.1, h: 0.1 } }] } as const;
  assert.deepEqual([isEdited(covered), reframes(covered)], [true, false]);
  assert.deepEqual([isEdited(noEdits), reframes(noEdits)], [false, false]);
  for (const edits of [
    { ...noEdits, turns: 2 },
    { ...noEdits, crop: { ...whole, w: 0.99 } },
    { ...noEdits, crop: { ...whole, y: 0.01, h: 0.99 } },
  ] as const)
    assert.deepEqual([isEdited(edits), reframes(edits)], [true, true]);
});

const full: Sphere = { across: 36_000, down: 18_000, left: 0, top: 0, pitch: 9000, roll: 0, heading: 0, tilt: 9000 };
const ahead = (yaw: number, pitch: number, pose: Sphere) => shownAt(intoPicture({ yaw, pitch }, lieOf(pose)), 0, 0, -1);
const near = (got: readonly number[], want: readonly number[], what: string) =>
  assert.ok(
    got.every((v, i) => Math.abs(v - (want[i] ?? Number.NaN)) < 1e-6),
    `${what}: ${got}, want ${want}`,
  );

test("a level panorama shows in the middle what one looks at", () => {
  for (const [yaw, pitch] of [
    [0, 0],
    [90, 0],
    [-90, 30],
    [179, -60],
    [45, 89],
  ] as const)
    near(ahead(yaw, pitch, full), [yaw, pitch], `${yaw} ${pitch}`);
  // To the right on the screen is to the right in the picture, and up is up.
  const level = intoPicture({ yaw: 0, pitch: 0 }, lieOf(full));
  near(shownAt(level, 1, 0, -1), [45, 0], "right");
  near(shownAt(level, 0, 1, -1), [0, 45], "up");
});

test("a camera that was held crookedly is levelled", () => {
  // It pointed 30° up: the horizon is 30° below the middle of its picture.
  near(ahead(0, 30, { ...full, pitch: 12_000 }), [0, 0], "the middle");
  near(ahead(0, 0, { ...full, pitch: 12_000 }), [0, -30], "the horizon");
  // It was turned clockwise: its horizon rises to the right, as Google's specification says.
  const [x, y] = ahead(1, 0, { ...full, roll: 1000 });
  assert.ok(y > 0 && Math.abs(Math.atan2(y, x) - (10 * Math.PI) / 180) < 1e-3, `${x} ${y}`);
  near(ahead(0, 0, { ...full, roll: 1000 }), [0, 0], "the middle stays");
  // Behind, what was up is down.
  near(ahead(180, 0, { ...full, pitch: 12_000 }).slice(1), [30], "behind");
});

test("looks stay inside what the picture covers", () => {
  const part: Sphere = { ...full, across: 18_000, down: 9000, left: 9000, top: 4500 };
  const lie = lieOf(part);
  assert.deepEqual([lie.west, lie.east, lie.top, lie.bottom, lie.round], [-90, 90, 45, -45, false]);
  const wide = limited({ yaw: 120, pitch: 80, fov: 90 }, lie, 800, 400);
  assert.deepEqual([wide.fov, wide.yaw], [90, 45]);
  assert.ok(Math.abs(wide.pitch - (45 - 26.565)) < 0.01, `${wide.pitch}`);
  // A phone that is held upright would see beyond it above and below: it sees less at once.
  const tall = limited({ yaw: 0, pitch: 0, fov: 110 }, lie, 400, 800);
  assert.ok(tall.fov <= 90 && tall.fov > 80, `${tall.fov}`);
  assert.equal(tall.pitch, 0);
  // All the way round there is no end, and straight up is as far as it goes.
  assert.deepEqual(limited({ yaw: 370, pitch: 100, fov: 5 }, lieOf(full), 800, 400), { yaw: 10, pitch: 90, fov: 15 });
  assert.equal(limited({ yaw: 0, pitch: 0, fov: 500 }, lieOf(full), 800, 400).fov, 110);
  assert.deepEqual(limited(wide, lie, 0, 0), wide);
  assert.deepEqual([turned(180), turned(-181), turned(720)], [-180, 179, 0]);
});

test("the first look is the sender's, or the middle of what there is", () => {
  assert.deepEqual(firstLook({ ...full, heading: 27_100, tilt: 10_000 }), { yaw: 271, pitch: 10, fov: 90 });
  const part = { ...full, across: 9000, down: 4500, left: 0, top: 13_500 };
  assert.deepEqual(firstLook(part), { yaw: -135, pitch: -45, fov: 90 });
  assert.equal(firstLook({ ...part, heading: 22_000 }).yaw, 220);
});

test("what is dragged stays under the finger, and zooming keeps its steps", () => {
  const look = { yaw: 0, pitch: 0, fov: 90 };
  const turn = dragged(look, -100, 50, 1000);
  const angle = (pixelAngle(90, 1000) * 180) / Math.PI;
  near([turn.yaw, turn.pitch], [100 * angle, 50 * angle], "dragged");
  assert.ok(dragged({ ...look, pitch: 80 }, -100, 0, 1000).yaw > 2 * turn.yaw);
  near([zoomed(zoomed(look, 3), -3).fov], [90], "in and out");
  assert.ok(zoomed(look, 1).fov < 90);
  assert.deepEqual(stepped(look, 1, -1), { yaw: 15, pitch: -15, fov: 90 });
  near([apart(0, 0, 90, 0), apart(10, 90, 200, 90), apart(0, -45, 180, -45)], [90, 0, 90], "apart");
});
