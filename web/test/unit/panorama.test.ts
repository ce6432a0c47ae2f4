// Panoramas: what is kept of how they lie while a photo is prepared.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isEdited, noEdits, reframes, whole } from "../../src/editor/edits.ts";
import type { Pose } from "../../src/engine/photo.ts";
import type { Coded, Stripped } from "../../src/engine/protocol.ts";
import { toldOf } from "../../src/model/send-run.ts";

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
