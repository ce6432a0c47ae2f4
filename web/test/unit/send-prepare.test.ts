// Preparing photos: what has to be converted waits for the sender, and another kind of pixels is made when asked.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Edits, noEdits } from "../../src/editor/edits.ts";
import { Fault, type FaultCode } from "../../src/engine/fault.ts";
import type { Coded, Inspected, Stripped } from "../../src/engine/protocol.ts";
import { Inspecting } from "../../src/model/inspecting.ts";
import { Prepare, type PrepareEngine, wordsOf } from "../../src/model/send-prepare.ts";

const about = {
  ...{ format: "JPEG", width: 40, height: 30, orientation: 1, alpha: false, animated: false, wide: false },
  ...{ caption: "A door", credit: "A. Quist", findings: [], plan: [], pixelsOnly: [] },
};
const stripped: Stripped = { ...about, media: 1, blob: new Blob(["stripped"]) };
const converted: Stripped = { ...about, media: 2, blob: new Blob(["converted"]) };

const edited: Stripped = { ...about, media: 1, width: 10, blob: new Blob(["edited"]) };

class Bench {
  readonly encoded: { readonly source: Blob; readonly pixelsOnly: boolean }[] = [];
  readonly prepare: Prepare;
  #wake: () => void = () => undefined;

  constructor(other: Partial<PrepareEngine> = {}) {
    const engine: PrepareEngine = {
      strip: async (photo) => {
        if ((photo as File).name.endsWith(".bmp")) throw new Fault("unsupported", "bmp", true);
        if ((photo as File).name.endsWith(".svg")) throw new Fault("not-a-photo", "svg");
        return stripped;
      },
      convert: async () => converted,
      edit: async () => edited,
      encode: async (source, _stripped, signal, { pixelsOnly }) => {
        await new Promise((resolve) => setTimeout(resolve, 2));
        signal.throwIfAborted();
        this.encoded.push({ source, pixelsOnly });
        return [] as readonly Coded[];
      },
      further: async () => [],
      tiles: async () => undefined,
      ...other,
    };
    this.prepare = new Prepare(engine, () => this.#wake());
  }

  choose(...names: string[]): this {
    this.prepare.add(names.map((name) => new File(["photo"], name)));
    return this;
  }

  async until(test: () => boolean): Promise<void> {
    while (!test())
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
  }

  get kinds(): readonly string[] {
    return this.prepare.photos.map(({ work }) => work.kind);
  }
}

for (const [name, begins, most] of [
  ["as soon as work on them has begun", true, 30],
  ["before that, if it takes long", false, 200],
] as const)
  test(`chosen photos are shown ${name}`, async () => {
    let begin: () => void = () => undefined;
    const engine = {
      strip: async (_: Blob, __: AbortSignal, { begun }: { readonly begun: () => void }) => {
        begin = begun;
        return new Promise<Stripped>(() => undefined);
      },
    };
    const bench = new Bench(engine);
    const from = performance.now();
    let shown = 0;
    const shows = bench.until(() => shown++ > 0); // asked once at once, and then after the first change
    bench.choose("door.jpg");
    assert.equal(shown, 1, "nothing is shown before there was a chance to begin");
    if (begins) begin();
    await shows;
    const took = performance.now() - from;
    assert.ok(took < most && (begins || took > 30), `${took} ms`);
    assert.deepEqual(bench.kinds, ["waiting"]);
  });

test("what can be converted waits, and is converted only when asked", async () => {
  const bench = new Bench().choose("scan.bmp", "door.jpg");
  await bench.until(() => bench.kinds.join() === "refused,ready");
  const [scan] = bench.prepare.photos;
  assert.ok(scan?.work.kind === "refused");
  assert.equal(scan.work.code, "bmp");
  assert.equal(bench.prepare.unconverted.length, 1);
  assert.equal(bench.prepare.ready, false);
  bench.prepare.convert(scan.key);
  await bench.until(() => bench.prepare.ready);
  assert.equal(bench.prepare.unconverted.length, 0);
  // Nothing here decodes the file itself: variants are made of what it was converted to.
  assert.equal(bench.encoded.at(-1)?.source, converted.blob);
});

test("what cannot be converted is left out, with its reason", async () => {
  const bench = new Bench().choose("drawing.svg", "door.jpg");
  await bench.until(() => bench.prepare.ready);
  assert.deepEqual(bench.prepare.leftOut, [{ name: "drawing.svg", code: "svg" }]);
});

test("a conversion that fails leaves the photo out", async () => {
  const bench = new Bench({ convert: async () => Promise.reject(new Fault("no-decoder", "bmp", true)) }).choose(
    "scan.bmp",
  );
  await bench.until(() => bench.kinds.join() === "refused");
  bench.prepare.convert(bench.prepare.photos[0]?.key ?? -1);
  await bench.until(() => bench.kinds.length === 0);
  assert.deepEqual(bench.prepare.leftOut, [{ name: "scan.bmp", code: "bmp" }]);
});

test("pixels only are made of what is there, and the other variants again", async () => {
  const bench = new Bench().choose("door.jpg", "scan.bmp");
  await bench.until(() => bench.kinds.join() === "ready,refused");
  bench.prepare.setPixelsOnly(true);
  await bench.until(() => bench.kinds[0] === "ready");
  bench.prepare.setPixelsOnly(true);
  bench.prepare.setPixelsOnly(false);
  bench.prepare.setPixelsOnly(true);
  await bench.until(() => bench.kinds[0] === "ready");
  assert.equal(bench.encoded.at(-1)?.pixelsOnly, true);
  assert.deepEqual(
    bench.encoded.map(({ pixelsOnly }) => pixelsOnly),
    [false, true, true],
  );
  assert.equal(bench.kinds[1], "refused", "asking for other pixels converts nothing");
});

test("a switch while photos are still stripped is kept to", async () => {
  const bench = new Bench().choose("door.jpg");
  bench.prepare.setPixelsOnly(true);
  await bench.until(() => bench.prepare.ready);
  assert.deepEqual(
    bench.encoded.map(({ pixelsOnly }) => pixelsOnly),
    [true],
  );
});

test("caption and credit are what the file says until the sender says otherwise", async () => {
  const bench = new Bench().choose("door.jpg");
  await bench.until(() => bench.prepare.ready);
  const key = bench.prepare.photos[0]?.key ?? -1;
  const now = () => wordsOf(bench.prepare.photos[0] ?? assert.fail());
  assert.deepEqual(now(), { caption: "A door", credit: "A. Quist" });
  bench.prepare.describe(key, { credit: "" });
  assert.deepEqual(now(), { caption: "A door", credit: "" });
});

const inspected: Inspected = { ...about, media: 1, convertible: false };

function looking(fault?: FaultCode): { model: Inspecting; settled: () => Promise<void> } {
  let left = fault;
  const engine = {
    inspect: async () => {
      const now = left;
      left = undefined;
      if (now) throw new Fault(now);
      return inspected;
    },
  };
  const model = new Inspecting(engine, () => undefined);
  return { model, settled: () => new Promise((resolve) => setTimeout(resolve, 5)) };
}

test("looking: what fails is said of the file, what concerns the page stops it and is tried again", async () => {
  for (const { fault, kind, problem } of [
    { fault: undefined, kind: "read", problem: undefined },
    { fault: "damaged", kind: "failed", problem: undefined },
    { fault: "away", kind: "reading", problem: "away" },
  ] as const) {
    const { model, settled } = looking(fault);
    model.add([new File(["x"], "a.jpg")]);
    await settled();
    assert.equal(model.photos[0]?.look.kind, kind, fault);
    assert.equal(model.problem, problem);
    if (!problem) continue;
    model.retry();
    await settled();
    assert.equal(model.photos[0]?.look.kind, "read");
    assert.equal(model.problem, undefined);
  }
});

test("looking: what is forgotten does not come back", async () => {
  const { model, settled } = looking();
  model.add([new File(["x"], "a.jpg"), new File(["y"], "b.jpg")]);
  model.clear();
  await settled();
  assert.equal(model.photos.length, 0);
});

test("an edited photo is made anew of what edits leave, and can be whole again", async () => {
  const asked: Edits[] = [];
  const bench = new Bench({
    edit: async (photo, _about, edits) => {
      assert.equal(photo, stripped.blob, "edits are carried out on the whole photo");
      asked.push(edits);
      return edited;
    },
  }).choose("door.jpg");
  await bench.until(() => bench.prepare.ready);
  const key = bench.prepare.photos[0]?.key ?? -1;
  const work = () => bench.prepare.photos[0]?.work;
  bench.prepare.edit(key, { ...noEdits, turns: 1 });
  assert.equal(work()?.kind, "editing", "nothing can be sent as long as it is edited");
  assert.equal(bench.prepare.ready, false);
  bench.prepare.edit(key, { ...noEdits, turns: 2 }); // changed at once
  await bench.until(() => bench.prepare.ready);
  const done = work();
  assert.ok(done?.kind === "ready");
  assert.equal(done.stripped, edited);
  assert.equal(bench.encoded.at(-1)?.source, edited.blob, "variants are made of what is left");
  assert.equal(asked.at(-1)?.turns, 2);
  bench.prepare.edit(key, noEdits);
  await bench.until(() => bench.prepare.ready);
  const again = work();
  assert.ok(again?.kind === "ready" && again.stripped === stripped);
});
