// Which variant is shown, which is saved, and under which name.
import assert from "node:assert/strict";
import { test } from "node:test";
import { none } from "../../src/format/bytes.ts";
import type { Photo, Variant } from "../../src/format/manifest.ts";
import type { Media } from "../../src/format/media.ts";
import { bestOf, candidates, fileName } from "../../src/viewer/candidates.ts";

const variant = (role: Variant["role"], media: Media, width = 100): Variant => ({
  ...{ role, media, width, height: 100, bundle: 0, offset: 1, size: 1, sha256: none },
});
const photo = (variants: Variant[], name = ""): Photo => ({
  ...{ name, media: "jpeg", width: 100, height: 100, alt: "", decorative: false, caption: "", credit: "" },
  ...{ preview: none, variants, pose: undefined },
});
const names = (list: readonly Variant[]) => list.map((v) => `${v.role} ${v.media}`).join(", ");

for (const [name, variants, want] of [
  [
    "views in the sender's order, then the rest",
    [variant("thumb", "webp"), variant("original", "jpeg"), variant("view", "avif"), variant("view", "webp")],
    "view avif, view webp, original jpeg, thumb webp",
  ],
  ["nothing a browser lacks", [variant("original", "heic"), variant("thumb", "webp")], "thumb webp"],
  [
    "no original beyond a phone's memory",
    [variant("original", "jpeg", 400_000), variant("thumb", "webp")],
    "thumb webp",
  ],
  ["nothing", [], ""],
] as const)
  test(`shown: ${name}`, () => {
    assert.equal(names(candidates(photo([...variants]), [1280, 800], 1)), want);
  });

for (const [name, width, height, want] of [
  ["a phone", 1170, 2532, "1280, 2048, 800"],
  ["a desk", 1280, 800, "1280, 2048, 800"],
  ["a large screen", 3840, 2160, "2048, 1280, 800"],
  ["a little more than a view has", 1400, 1100, "1280, 2048, 800"],
  ["a watch", 300, 300, "800, 1280, 2048"],
] as const)
  test(`shown on ${name}: the fewest bytes that are sharp`, () => {
    const views = [2048, 1280, 800].map((w) => ({ ...variant("view", "webp", w), size: w }));
    const large = { ...photo(views), width: 8000, height: 6000 };
    const shown = candidates(large, [width, height], 1);
    assert.equal(shown.map((v) => v.width).join(", "), want);
  });

test("shown: of two formats that are as sharp, the smaller", () => {
  const views = [
    { ...variant("view", "webp", 1280), size: 300 },
    { ...variant("view", "avif", 1280), size: 200 },
  ];
  assert.equal(names(candidates({ ...photo(views), width: 4000 }, [1280, 800], 1)), "view avif, view webp");
});

test("saved: the original, or the largest there is", () => {
  const [small, large, original] = [
    variant("thumb", "webp", 10),
    variant("view", "webp", 90),
    variant("original", "heic"),
  ];
  assert.equal(bestOf(photo([small, large, original])), original);
  assert.equal(bestOf(photo([small, large])), large);
  assert.equal(bestOf(photo([])), undefined);
});

for (const [name, media, want] of [
  ["", "jpeg", "photo-003.jpg"],
  ["harbour.JPG", "webp", "harbour.webp"],
  ["Der Hafen", "png", "Der Hafen.png"],
  ["..", "jpeg", "photo-003.jpg"],
  [".hidden", "jpeg", "hidden.jpg"],
  ["run.exe", "jpeg", "run.jpg"],
] as const)
  test(`file name of "${name}" as ${media}`, () => {
    assert.equal(fileName(photo([], name), variant("original", media), 2), want);
  });
