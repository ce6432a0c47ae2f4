// The catalogues are level: every language has every key, with the same placeholders; and no page says a word of its own.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import type { Catalogue, Phrase } from "../../src/lib/words.ts";

declare const WEB_DIR: string;

const locales = path.join(WEB_DIR, "locales");

function catalogue(language: string): Catalogue {
  const parts = fs
    .readdirSync(path.join(locales, language))
    .map((f) => fs.readFileSync(path.join(locales, language, f), "utf8"));
  return Object.assign({}, ...parts.map((p) => JSON.parse(p) as Catalogue));
}

function placeholders(phrase: Phrase): string {
  const forms = typeof phrase === "string" ? [phrase] : Object.values(phrase);
  return [...new Set(forms.flatMap((f) => f.match(/\{\w+\}/g) ?? []))].sort().join(" ");
}

/** What is wrong between two catalogues, in sentences. */
function uneven(en: Catalogue, other: Catalogue): string[] {
  const faults: string[] = [];
  for (const [key, phrase] of Object.entries(en)) {
    const translated = other[key];
    if (translated === undefined) faults.push(`${key} is missing`);
    else if (placeholders(translated) !== placeholders(phrase)) faults.push(`${key} has other placeholders`);
  }
  for (const key of Object.keys(other)) if (!(key in en)) faults.push(`${key} does not exist in English`);
  return faults;
}

/** Letters between tags in TSX that do not come from t(). */
function bareWords(source: string): string[] {
  return [...source.matchAll(/>\s*([A-Za-z][A-Za-z ,.'’]{2,})\s*</g)]
    .map((m) => m[1] ?? "")
    .filter((w) => !/^(const|return|void|Promise|string|number)/.test(w));
}

for (const language of fs
  .readdirSync(locales, { withFileTypes: true })
  .filter((d) => d.isDirectory() && d.name !== "en"))
  test(`${language.name} says everything that English says`, () => {
    assert.deepEqual(uneven(catalogue("en"), catalogue(language.name)), []);
  });

test("the check finds a missing key, a lost placeholder and an orphan", () => {
  assert.deepEqual(uneven({ a: "x", b: "{n} y" }, { b: "y", c: "z" }), [
    "a is missing",
    "b has other placeholders",
    "c does not exist in English",
  ]);
});

/** Keys that stand in more than one file of a language: the late catalogues are merged into one. */
function twice(files: readonly Catalogue[]): string[] {
  const keys = files.flatMap((file) => Object.keys(file));
  return keys.filter((key, i) => keys.indexOf(key) !== i);
}

test("no key stands in two files", () => {
  const files = fs
    .readdirSync(path.join(locales, "en"))
    .map((f) => JSON.parse(fs.readFileSync(path.join(locales, "en", f), "utf8")) as Catalogue);
  assert.deepEqual(twice(files), []);
});

test("the check finds a key that stands twice", () => {
  assert.deepEqual(twice([{ a: "x", b: "y" }, { b: "z" }]), ["b"]);
});

test("no word stands in a component", () => {
  const files = fs
    .readdirSync(path.join(WEB_DIR, "src"), { recursive: true })
    .map(String)
    .filter((f) => f.endsWith(".tsx"));
  const found = files.flatMap((f) =>
    bareWords(fs.readFileSync(path.join(WEB_DIR, "src", f), "utf8")).map((w) => `${f}: ${w}`),
  );
  assert.deepEqual(found, []);
});

test("the check finds a bare word", () => {
  assert.deepEqual(bareWords("<p>Hello there</p>"), ["Hello there"]);
});
