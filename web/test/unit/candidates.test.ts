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
  ...{ preview: none, variants },
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
    assert.equal(names(candidates(photo([...variants]))), want);
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
