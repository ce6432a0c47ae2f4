// Every thing that client/strip can find, and every reason for which it refuses a file, has words of its own.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import en from "../../locales/en/inspect.json";

declare const WEB_DIR: string;

const go = (file: string) => fs.readFileSync(path.join(WEB_DIR, "../client/strip", file), "utf8");
const words = en as Readonly<Record<string, unknown>>;

const findings = [...go("codes.go").matchAll(/"([a-z0-9-]+)"/g)].map(([, code]) => code ?? "");
const refusals = [...go("refuse/refuse.go").matchAll(/^\s*\w+\s+(?:Code\s+)?= "([a-z0-9-]+)"/gm)].map(
  ([, code]) => code ?? "",
);

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

test("the check finds a code without words", () => {
  assert.deepEqual(missing(["gps-position", "no-such-thing"], "name"), ["no-such-thing"]);
});
