import assert from "node:assert/strict";
import { test } from "node:test";
import {
  faultsOf,
  firstRules,
  lifetimeText,
  parseLifetime,
  parseViews,
  type RuleFields,
} from "../../src/model/send-rules.ts";

const hour = 3_600_000;
const day = 24 * hour;

for (const { text, want } of [
  { text: "90m", want: 1.5 * hour },
  { text: "12h", want: 12 * hour },
  { text: "7d", want: 7 * day },
  { text: " 7 days ", want: 7 * day },
  { text: "1 day", want: day },
  { text: "3 Stunden", want: 3 * hour },
  { text: "2 Tage", want: 2 * day },
  { text: "15 min", want: hour / 4 },
  { text: "3d 4h 12m", want: 3 * day + 4.2 * hour },
  { text: "1 Tag 2 Std. 5 Min", want: day + 2 * hour + hour / 12 },
  { text: "129600m", want: 90 * day },
  { text: "", want: undefined },
  { text: "0d", want: undefined },
  { text: "7", want: undefined },
  { text: "d", want: undefined },
  { text: "-1d", want: undefined },
  { text: "1.5d", want: undefined },
  { text: "7 weeks", want: undefined },
  { text: "7dd", want: undefined },
])
  test(`parseLifetime(${JSON.stringify(text)})`, () => assert.equal(parseLifetime(text), want));

for (const { text, want } of [
  { text: "", want: 0 },
  { text: " ", want: 0 },
  { text: "1", want: 1 },
  { text: " 5 ", want: 5 },
  { text: "0", want: undefined },
  { text: "-1", want: undefined },
  { text: "1.5", want: undefined },
  { text: "many", want: undefined },
  { text: "12345678", want: undefined },
])
  test(`parseViews(${JSON.stringify(text)})`, () => assert.equal(parseViews(text), want));

test("a lifetime reads as it is written", () => {
  for (const text of ["1h 30m", "12h", "7d", "30d", "3d 4h 12m"])
    assert.equal(lifetimeText(parseLifetime(text) ?? 0), text);
  assert.equal(lifetimeText(48 * hour), "2d");
});

const bounds = { longest: 30 * day, views: 1000, guesses: Number.POSITIVE_INFINITY };

for (const { name, fields, guesses, want } of [
  { name: "the first rules", fields: {}, want: {} },
  { name: "the shortest", fields: { expires: "5m" }, want: {} },
  { name: "too short", fields: { expires: "4m" }, want: { expires: "expires-short" } },
  { name: "the longest", fields: { expires: "30d" }, want: {} },
  { name: "too long", fields: { expires: "31d" }, want: { expires: "expires-long" } },
  { name: "no duration", fields: { expires: "soon" }, want: { expires: "expires-form" } },
  { name: "no number", fields: { views: "x" }, want: { views: "views-form" } },
  { name: "too many views", fields: { views: "1001" }, want: { views: "views-many" } },
  { name: "for nobody", fields: { named: true }, want: { recipients: "recipients-none" } },
  {
    name: "for somebody",
    fields: { named: true, recipients: [{ text: "age1…", kind: "x25519", fingerprint: "" }] },
    want: {},
  },
  { name: "a long title", fields: { title: "ü".repeat(2049) }, want: { title: "title-long" } },
  {
    name: "a weak passphrase",
    fields: { passphrase: "summer" },
    guesses: 999_999_999,
    want: { passphrase: "passphrase-weak" },
  },
  { name: "one that just does", fields: { passphrase: "summer" }, guesses: 1e9, want: {} },
  { name: "none, however weak", fields: { passphrase: "" }, guesses: 0, want: {} },
  { name: "half a character", fields: { passphrase: "a\ud800b" }, want: { passphrase: "passphrase-text" } },
  { name: "a whole one", fields: { passphrase: "a\ud83d\ude00b" }, want: {} },
  { name: "1,024 bytes after NFC", fields: { passphrase: "u\u0308".repeat(512) }, want: {} },
  { name: "more bytes", fields: { passphrase: `${"ü".repeat(512)}a` }, want: { passphrase: "passphrase-long" } },
] as { name: string; fields: Partial<RuleFields>; guesses?: number; want: object }[])
  test(`rules: ${name}`, () =>
    assert.deepEqual(faultsOf({ ...firstRules, ...fields }, { ...bounds, guesses: guesses ?? bounds.guesses }), want));
