// Amounts as words are what Intl makes of them, whose place they take.
import assert from "node:assert/strict";
import test from "node:test";
import de from "../../locales/de/common.json";
import en from "../../locales/en/common.json";
import { addWords, t } from "../../src/lib/words.ts";
import { sizeWords } from "../../src/viewer/amounts.ts";

// What is there is kept: this key first, then the rest.
addWords({ brand: { one: "{n} one", other: "{n} other" } });
addWords(en);

const units = ["byte", "kilobyte", "megabyte", "gigabyte"];

function byIntl(bytes: number, language: string): string {
  const step = Math.max(0, Math.min(3, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const unit = units[step] ?? "byte";
  const style = { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: step < 2 ? 0 : 1 } as const;
  return new Intl.NumberFormat(language, style).format(bytes / 1000 ** step).replace(" ", "\u00a0");
}

const sizes = [0, 1, 2, 999, 1000, 1499, 1500, 4_200_000, 4_000_000, 7_849_999, 7_850_001, 99_960_000, 123_456_789];

for (const [language, words] of Object.entries({ en, de }))
  test(`sizes in ${language}`, () => {
    // The test's page is in English: what of it is another word elsewhere is put in.
    for (const bytes of [...sizes, 2 ** 31, 9_949_000_000]) {
      const said = sizeWords(bytes).replace(t("unit.point"), words["unit.point"]).replace(/byte$/i, words["unit.byte"]);
      assert.equal(said, byIntl(bytes, language), `${bytes}`);
    }
  });

test("what rounds to a thousand is one of the next", () => {
  for (const [bytes, said] of [
    [999_499, "999 kB"],
    [999_999, "1 MB"],
    [999_960_000, "1 GB"],
    [5_000_000_000_000, "5000 GB"],
  ] as const)
    assert.equal(sizeWords(bytes), said.replace(" ", "\u00a0"));
});

test("counts are told apart without Intl as with it", () => {
  for (const n of [0, 1, 2, 999, 1000, 1234, 1.5]) {
    const form = new Intl.PluralRules("en").select(n);
    assert.equal(t("brand", { n }), `${new Intl.NumberFormat("en").format(n)} ${form}`);
  }
});
