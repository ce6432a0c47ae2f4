// Every thing that client/strip can find, and every reason for which it refuses a file, has words of its own.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import en from "../../locales/en/inspect.json";
import { addWords } from "../../src/lib/words.ts";
import { findingWords } from "../../src/ui/found-words.ts";

declare const WEB_DIR: string;

const go = (file: string) => fs.readFileSync(path.join(WEB_DIR, "../client/strip", file), "utf8");
const words = en as Readonly<Record<string, unknown>>;

const findings = [...go("codes.go").matchAll(/"([a-z0-9-]+)"/g)].map(([, code]) => code ?? "");
const refusals = [...go("refuse/refuse.go").matchAll(/^\s*\w+\s+(?:Code\s+)?= "([a-z0-9-]+)"/gm)].map(
  ([, code]) => code ?? "",
);

/** Whether a format has a word of a language in it; units and names of standards have none. */
const inWords = (format: string) => /[a-z]{3,}/.test(format.replaceAll(/%[^a-z]*[a-z]|dpi/g, " "));

const missing = (codes: readonly string[], prefix: string) => codes.filter((code) => !(`${prefix}.${code}` in words));

test("every finding has a name", () => {
  assert.ok(findings.length > 50 && findings.includes("gps-position"), "codes.go is read");
  assert.deepEqual(missing(findings, "name"), []);
});

test("every refusal has a sentence, and says what to do", () => {
  assert.ok(refusals.length > 15 && refusals.includes("svg"), `refuse.go is read: ${refusals}`);
  assert.deepEqual(missing(refusals, "refusal"), []);
  assert.deepEqual(
    missing(
      refusals.map((code) => `${code}.do`),
      "refusal",
    ),
    [],
  );
});

test("what is counted has words in every language, and what a file says stays as it is", async () => {
  addWords(en);
  const steps = (count: number, value: string) =>
    findingWords({ group: "history", code: "edit-history", value, count });
  assert.equal(steps(2, "Darkroom 4.2"), "2 steps, Darkroom 4.2");
  assert.equal(steps(1, ""), "1 step");
  assert.equal(findingWords({ group: "history", code: "software", value: "Darkroom 4.2" }), "Darkroom 4.2");
  // Words between quotes of a value that is added would be English in every language.
  const values = ["findings.go", "texts.go", "values.go", "gifs.go", "heifs.go", "jxls.go", "webps.go"].flatMap(
    (file) => [...go(file).matchAll(/Sprintf\("([^"]*)"/g)].map(([, format]) => format ?? ""),
  );
  assert.ok(values.length > 5, "formats are read");
  assert.deepEqual(values.filter(inWords), []);
  assert.ok(inWords("%d steps"), "control: it finds a word");
});

test("the check finds a code without words", () => {
  assert.deepEqual(missing(["gps-position", "no-such-thing"], "name"), ["no-such-thing"]);
});
