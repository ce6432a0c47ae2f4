// Colours whose profile nothing here evaluates: new pixels of them say so as far as the list that the sender reads.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pools } from "../../src/engine/elsewhere.ts";
import { Fault } from "../../src/engine/fault.ts";
import { Maker } from "../../src/engine/making.ts";
import type { Pool } from "../../src/engine/pool.ts";
import type { Coded, Pixels, Stripped } from "../../src/engine/protocol.ts";
import type { Photo, Work } from "../../src/model/send-prepare.ts";
import { takenAsSRGB } from "../../src/ui/removed.tsx";

const spec = { role: 1, width: 2, height: 1, quality: 80, lossless: false, plain: true, later: false } as const;
const photo = new Blob(["photo"]);
const nothing = { findings: [], caption: "", credit: "", plan: [spec], pixelsOnly: [spec] };
const about: Stripped = {
  ...{ media: 1, format: "JPEG", width: 2, height: 1, orientation: 1, alpha: false, animated: false },
  ...{ wide: false, profile: true, blob: photo, ...nothing },
};
const pixels: Pixels = { data: new Uint8ClampedArray(8), width: 2, height: 1, space: "srgb" };

/** A browser without a canvas for workers; the engine evaluates the profile or does not. */
function maker(evaluates: boolean): Maker {
  const answers: { readonly [call: string]: unknown } = {
    toSRGB: { value: { ...pixels, asSRGB: !evaluates }, memory: 0 },
    scale: { value: pixels, memory: 0 },
    fromPixels: { value: about, memory: 0 },
    decode: pixels,
    make: [{ ...spec, media: 3, blob: photo }],
  };
  const pool = (calls: readonly string[]) =>
    ({
      run: async (call: string) => {
        if (!calls.includes(call)) throw new Fault("no-canvas");
        return answers[call];
      },
    }) as unknown as Pool;
  const pools: Pools = {
    strip: pool(["toSRGB", "scale", "fromPixels"]),
    codec: pool([]),
    library: pool(["decode", "make"]),
    heif: pool([]),
  };
  return new Maker(pools, async () => ({}) as WebAssembly.Module);
}

const { signal } = new AbortController();

/** What is told of a photo that is made in each way. */
async function told(evaluates: boolean): Promise<Record<string, boolean>> {
  const is = (work: unknown) => takenAsSRGB({ work: work as Work } satisfies Pick<Photo, "work">);
  const ready = (stripped: Stripped, variants: readonly Coded[]) => is({ kind: "ready", stripped, variants });
  const at = maker(evaluates);
  return {
    views: ready(about, await at.make(photo, about.plan, about, signal)),
    pixelsOnly: ready(about, await at.pixelsOnly(photo, about.pixelsOnly, about, signal)),
    converted: is({ kind: "stripped", stripped: await at.convert(photo, { ...about, convertible: true }, signal) }),
  };
}

test("a profile that nothing evaluates is told of, however the photo is made", async () => {
  assert.deepEqual(await told(false), { views: true, pixelsOnly: true, converted: true });
});

test("one that is evaluated is not", async () => {
  assert.deepEqual(await told(true), { views: false, pixelsOnly: false, converted: false });
});
