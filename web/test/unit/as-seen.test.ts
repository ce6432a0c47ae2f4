// The share as it would be: what of the chosen photos stands in it, and what is read from it.
import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import { noEdits } from "../../src/editor/edits.ts";
import { role } from "../../src/engine/photo.ts";
import type { Coded, Stripped } from "../../src/engine/protocol.ts";
import { type Bytes, text } from "../../src/format/bytes.ts";
import { isGated } from "../../src/format/gates.ts";
import { readPlace } from "../../src/model/opening.ts";
import { type Photo, Prepare, type Work } from "../../src/model/send-prepare.ts";
import { firstRules, type RuleFields } from "../../src/model/send-rules.ts";
import { type Got, readWindow, windowsOf } from "../../src/model/windows.ts";
import { type Draft, gateOf } from "../../src/seen/draft.ts";
import { Local } from "../../src/seen/local.ts";
import { after, gateAt, knockingAt, stepAt, stepsOf } from "../../src/seen/steps.ts";
import { thumbOf } from "../../src/viewer/thumbs.ts";
import { headOf, tilesOf } from "../../src/viewer/tile-set.ts";

declare const WEB_DIR: string;
const unused = async (): Promise<never> => {
  throw new Error("the preview makes nothing");
};
const prepare = new Prepare(
  { strip: unused, convert: unused, edit: unused, encode: unused, further: unused, tiles: unused },
  () => undefined,
);

const stripped: Stripped = {
  ...{ format: "JPEG", width: 40, height: 30, orientation: 1, alpha: false, animated: false, wide: false },
  ...{ caption: "A door", credit: "A. Quist", findings: [], plan: [], pixelsOnly: [], media: 1 },
  blob: new Blob(["original"]),
};
const coded = (of: Coded["role"], words: string, width = 20): Coded => ({
  ...{ role: of, media: 3, width, height: 15, blob: new Blob([words]) },
});
const ready = (...variants: Coded[]): Work => ({ kind: "ready", stripped, source: stripped.blob, variants });
const made = () => ready(coded(role.preview, "tiny"), coded(role.thumb, "thumb"), coded(role.view, "view", 36));

let keys = 0;
const photo = (work: Work, more: Partial<Photo> = {}): Photo => ({
  ...{ key: ++keys, file: new File(["chosen"], "IMG_1.jpg"), alt: "", decorative: false, caption: undefined },
  ...{ credit: undefined, edits: noEdits, whole: undefined, work, ...more },
});
const draft = (photos: readonly Photo[], fields: Partial<RuleFields> = {}): Draft => ({
  ...{ prepare, photos, fields: { ...firstRules, ...fields } },
});
const never = new AbortController().signal;
const roles = (d: Draft) =>
  new Local(0).share(d).then(({ photos }) => photos.map((p) => p.variants.map((v) => v.role)));

for (const [name, photos, fields, want] of [
  ["all of a photo", [photo(made())], {}, [["thumb", "view", "original"]]],
  ["pixels only: no original", [photo(made())], { pixelsOnly: true }, [["thumb", "view"]]],
  [
    "an original that the share opens with, once",
    [photo(ready(coded(role.original, "gif"), coded(role.view, "view")))],
    {},
    [["original", "view"]],
  ],
  [
    "one that is being prepared has its place",
    [photo({ kind: "waiting" }), photo(made())],
    {},
    [["original"], ["thumb", "view", "original"]],
  ],
  [
    "one that cannot be sent has none",
    [photo({ kind: "refused", code: "bmp" }), photo(made())],
    {},
    [["thumb", "view", "original"]],
  ],
] as const)
  test(`variants: ${name}`, async () => {
    assert.deepEqual(await roles(draft([...photos], fields)), want);
  });

for (const [name, more, fields, want] of [
  ["words", { alt: " A yard ", caption: "Spring" }, {}, { alt: "A yard", caption: "", credit: "", decorative: false }],
  ["kept", { alt: "x" }, { keepCaption: true }, { alt: "x", caption: "A door", credit: "A. Quist", decorative: false }],
  ["decorative", { alt: "x", decorative: true }, {}, { alt: "", caption: "", credit: "", decorative: true }],
] as const)
  test(`photo: ${name}`, async () => {
    const [one] = (await new Local(0).share(draft([photo(made(), more)], fields))).photos;
    assert.ok(one);
    const { alt, caption, credit, decorative } = one;
    assert.deepEqual({ alt, caption, credit, decorative }, want);
    assert.equal(one.name, "", "the name of the file goes nowhere");
    assert.equal(text(one.preview), "tiny");
  });

for (const [name, fields, want] of [
  ["nothing before it", {}, [false, 0, 0, 0, 0]],
  ["views", { views: "3" }, [true, 3, 0, 0, 0]],
  ["a passphrase", { passphrase: "x" }, [true, 0, 1, 0, 0]],
  ["asking", { askFirst: true }, [true, 0, 0, 1, 0]],
  ["a log", { log: true }, [true, 0, 0, 0, 32]],
  ["what cannot be sent like that", { views: "many", expires: "soon" }, [false, 0, 0, 0, 0]],
] as const)
  test(`gate: ${name}`, async () => {
    const share = await new Local(1000).share(draft([photo(made())], fields));
    const { statement, mine, admitted } = gateOf(share);
    const { viewLimit, suite, askFirst, logKey } = statement;
    assert.deepEqual([isGated(statement), viewLimit, suite, askFirst, logKey.length], want);
    assert.deepEqual([mine, admitted, statement.stage], [false, false, 2]);
    assert.equal(statement.expires, 1000 + 7 * 86_400_000);
  });

test("reading gives the bytes that were made, by the viewer's own readers", async () => {
  const local = new Local(0);
  const share = await local.share(draft([photo(made()), photo(made())]));
  for (const { variants } of share.photos)
    for (const [i, want] of ["thumb", "view", "original"].entries()) {
      const entry = variants[i];
      assert.ok(entry);
      const told: number[] = [];
      assert.equal(text(await local.read(share, entry, never, (done) => told.push(done))), want);
      assert.equal(told.at(-1), 1);
      assert.equal(text(await local.reading(share, never, (p, both) => readPlace(p, share, entry, both))), want);
    }
  const thumbs = share.photos.flatMap((p) => thumbOf(p) ?? []);
  const sizes = share.statement.bundles.map((b) => b.size);
  const windows = windowsOf(thumbs, sizes);
  assert.equal(windows.length, 1);
  const got: string[] = [];
  const take = (_: unknown, what: Got) => got.push("bytes" in what ? text(what.bytes) : "error");
  for (const window of windows) await local.reading(share, never, (p, s) => readWindow(p, share, window, s, take));
  assert.deepEqual(got, ["thumb", "thumb"]);
});

test("a photo that is not ready is waited for, and never shown as it was chosen", async () => {
  const local = new Local(0);
  const chosen = photo({ kind: "waiting" });
  const before = await local.share(draft([chosen]));
  const [pending] = before.photos[0]?.variants ?? [];
  assert.ok(pending);
  assert.equal(thumbOf({ ...before.photos[0], variants: [pending] } as never), undefined, "no thumb waits for it");
  const waited = local.read(before, pending, never).then(
    () => "bytes",
    (error: Error) => error.name,
  );
  const direct = local.reading(before, never, (p, both) => readPlace(p, before, pending, both));
  await assert.rejects(direct, { name: "NotReadableError" });
  const after = await local.share(draft([{ ...chosen, work: made() }]));
  assert.equal(await waited, "AbortError");
  const view = after.photos[0]?.variants.find((v) => v.role === "view");
  assert.ok(view);
  assert.equal(text((await local.read(after, view, never)) as Bytes), "view");
});

test("waiting ends with the one who waits", async () => {
  const local = new Local(0);
  const share = await local.share(draft([photo({ kind: "waiting" })]));
  const [pending] = share.photos[0]?.variants ?? [];
  assert.ok(pending);
  const stop = new AbortController();
  const waited = local.read(share, pending, stop.signal);
  stop.abort();
  await assert.rejects(waited, { name: "AbortError" });
});

/** A photo with two tiles, cut of one file. */
const large = {
  ...stripped,
  blob: new Blob(["large original"]),
  width: 1500,
  height: 900,
  tiles: [{ role: role.tiles }],
};
const setOf = (words: readonly string[]): Coded => ({
  ...{ role: role.tiles, media: 3, width: 1500, height: 900, blob: new Blob([...words]) },
  tiles: words.map(({ length }) => length),
});

/** As often as it was asked for, tiles are made; told is heard on the way. */
function closely(make: () => Promise<Coded | undefined>) {
  let count = 0;
  const engine = { strip: unused, convert: unused, edit: unused, encode: unused, further: unused };
  const tiles = () => {
    count++;
    return make();
  };
  const told: boolean[] = [];
  const local = new Local(0, (making) => told.push(making));
  const work = { ...made(), stripped: large as unknown as Stripped, source: large.blob };
  const d = { ...draft([photo(work)]), prepare: new Prepare({ ...engine, tiles }, () => undefined) };
  return { local, d, told, count: () => count };
}

test("who looks closely has tiles made, once, which are read as those of the link", async () => {
  const { local, d, told, count } = closely(async () => setOf(["one", "other tile"]));
  const set = async () => (await local.share(d)).photos[0]?.variants.find((v) => v.role === "tiles");
  assert.equal(await set(), undefined, "none before");
  await Promise.all([local.lookAt(d, 0), local.lookAt(d, 0)]);
  assert.deepEqual([count(), told], [1, [true, false]]);
  const share = await local.share(d);
  const found = await set();
  assert.ok(found);
  const head = await local.reading(share, never, (p, both) => readPlace(p, share, headOf(found), both));
  const tiles = tilesOf(found, head);
  const got: string[] = [];
  const take = (_: unknown, what: Got) => got.push("bytes" in what ? text(what.bytes) : "error");
  const windows = windowsOf(
    tiles,
    share.statement.bundles.map((b) => b.size),
  );
  for (const window of windows) await local.reading(share, never, (p, s) => readWindow(p, share, window, s, take));
  assert.deepEqual(got, ["one", "other tile"]);
});

for (const [name, make, fields, want] of [
  ["pixels only: nothing is made", async () => setOf(["one", "two"]), { pixelsOnly: true }, 0],
  ["without codecs for it", async () => undefined, {}, 1],
  ["without memory for it", () => Promise.reject(new Error("memory")), {}, 1],
] as const)
  test(`no tiles: ${name}`, async () => {
    const { local, d, told, count } = closely(make);
    const ruled = { ...d, fields: { ...d.fields, ...fields } };
    await local.lookAt(ruled, 0);
    assert.equal(count(), want);
    assert.ok(!told.at(-1), "nothing is under way");
    assert.ok(!(await local.share(ruled)).photos[0]?.variants.some((v) => v.role === "tiles"));
  });

test("who closes the preview ends what it makes", async () => {
  let signal: AbortSignal | undefined;
  const { local, d } = closely(async () => undefined);
  const tiles = (_: unknown, until: AbortSignal) => {
    signal = until;
    return new Promise<never>((__, reject) => until.addEventListener("abort", () => reject(until.reason)));
  };
  const engine = { strip: unused, convert: unused, edit: unused, encode: unused, further: unused, tiles };
  const looking = local.lookAt({ ...d, prepare: new Prepare(engine, () => undefined) }, 0);
  assert.equal(signal?.aborted, false);
  local.close();
  await looking;
  assert.equal(signal?.aborted, true);
});

for (const [name, fields, want] of [
  ["nothing before the photos", {}, ["photos"]],
  ["views", { views: "1" }, ["gate", "photos"]],
  ["a passphrase", { passphrase: "x" }, ["gate", "photos"]],
  ["asking alone", { askFirst: true }, ["gate", "door", "words", "photos"]],
  ["asking and a passphrase", { askFirst: true, passphrase: "x" }, ["gate", "door", "words", "admitted", "photos"]],
  ["asking and views", { askFirst: true, views: "3" }, ["gate", "door", "words", "admitted", "photos"]],
] as const)
  test(`steps: ${name}`, async () => {
    const share = await new Local(0).share(draft([photo(made())], fields));
    const steps = stepsOf(share.statement);
    assert.deepEqual(steps, want);
    assert.deepEqual(
      steps.map((step) => after(step, steps)),
      [...steps.slice(1), "photos"],
    );
    assert.equal(stepAt("admitted", steps), (want as readonly string[]).includes("admitted") ? "admitted" : want[0]);
    assert.deepEqual(
      steps.map((step) => gateAt(step, gateOf(share)).admitted),
      want.map((step) => step === "admitted"),
    );
  });

test("the words at the door are three that a real one could have", () => {
  const list = fs.readFileSync(`${WEB_DIR}/../crypto/passphrase/words.txt`, "utf8").split("\n");
  const { step, words = [], until } = knockingAt("words", 1000);
  assert.deepEqual(
    [step, words.length, words.every((word) => list.includes(word)), until],
    ["words", 3, true, 901_000],
  );
  assert.equal(knockingAt("door", 0).words, undefined);
});

test("what is the same keeps its name over changes, so that nothing on the screen is fetched again", async () => {
  const local = new Local(0);
  const [one, two] = [photo(made()), photo(made())];
  const names = async (d: Draft) => (await local.share(d)).photos.map((p) => p.variants.map((v) => v.sha256.join()));
  const before = await names(draft([one, two]));
  const after = await names(draft([two, { ...one, alt: "described" }]));
  assert.deepEqual(after, before.toReversed());
  assert.equal(new Set(before.flat()).size, 5, "two photos share their original here");
});
