// The worked example of FORMAT.md, and one row for each way in which its parts are refused.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ascii, type Bytes, fromHex, hex, none, utf8 } from "../../src/format/bytes.ts";
import { parseCode, printCode } from "../../src/format/code.ts";
import { FormatError } from "../../src/format/errors.ts";
import * as kdf from "../../src/format/kdf.ts";
import { evaluate, stretch } from "../../src/format/passphrase.ts";
import { signer } from "../../src/format/signature.ts";

const range = (from: number): Bytes => Uint8Array.from({ length: 32 }, (_, i) => from + i) as Bytes;
const O = range(0);
const pepper = range(0x40);
const B = range(0x80);
const k = fromHex("5ebcea5ee37023ccb9fc2d2019f9d7737be85591ae8652ffa9ef0f4d37063b0e");
const id = kdf.idOf(signer(O).publicKey);
const C = kdf.commentSecret(O, id);
const L = kdf.viewSecret(C, id);

function code(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof FormatError) return error.code;
    throw error;
  }
  return "accepted";
}

test("the tree of secrets", () => {
  const PW = stretch(evaluate(k, id, "grüner tee"), id);
  const tree: Record<string, [string, string]> = {
    P: [hex(signer(O).publicKey), "bdc682342ceed80d5965e3d93b8da20da203325c335e83e96aa8e172e020701a"],
    id: [hex(id), "78b1ae74500e5e3e5cae1addd2f6babe"],
    C: [hex(C), "9f87f7c02eb2949ae8c1f7c449b75c97"],
    L: [hex(L), "2cba11046cae9e7ece0df16639e9c4ca"],
    read: [hex(kdf.readToken(L, id)), "197fd001e4e0f7841bf136a8239a5cddb6b6bdf7104bc953b768a46c4d6341ec"],
    comment: [hex(kdf.commentToken(C, id)), "9993311f7e9f4edfcbb82e9dbb2601bd0589d89525c0d88f8394898e25500ee2"],
    log: [hex(kdf.logSeed(O, id)), "eb581a383c9882b03adea3fd1e65bc31b48197729bf0de79750736942c6e3db8"],
    PW: [hex(PW), "d7be123ceb841ea4e09196638a4baacffc8bdc3e79ce179e3cdd5c4e4998daea"],
    unlock: [
      hex(kdf.unlockToken(L, none, none, id)),
      "9629cb627b0242911e4a4466d8fb5c686da79db229ce5a66b1ed1dcf39838f39",
    ],
    root: [
      hex(kdf.rootKey(L, pepper, none, none, id)),
      "189b8fc6e06bd1b49b951a384e68cb35c20c8f1596b0b583b1629a4314418996",
    ],
    manifest: [
      kdf.manifestSeal(kdf.rootKey(L, pepper, none, none, id), id),
      "90a933c8feca39c9d116ab11bec32e768bc5c66bc13fca811ffbc4080e0fe4d9",
    ],
    "unlock with passphrase": [
      hex(kdf.unlockToken(L, PW, none, id)),
      "f3e806cde7e9bb6c56ff5c63fe6e39e57a842bcf58c7d12bb3ba7c21f9a0d610",
    ],
    "root with passphrase": [
      hex(kdf.rootKey(L, pepper, PW, none, id)),
      "efc4c71c948f98c24042ce11146974ae3053ece6dbcdc95d028fa4aa36eb4b3e",
    ],
    "manifest with passphrase": [
      kdf.manifestSeal(kdf.rootKey(L, pepper, PW, none, id), id),
      "432bc57de9e8487891dc3fc683d971962b93ce57148495e5bd198a6a96d6e4ec",
    ],
    bundle: [kdf.bundleSeal(B, id), "822017394dfab548959174300af9ad6011ec58df2cdd9453c39e60d5469d6533"],
    locks: [kdf.locksSeal(L, id), "ec27877f5d8050bed6b87e0d8ec7f014680ab36ff133983782730c7bbff1903a"],
    owner: [kdf.ownerSeal(O, pepper, id), "2567386c6eb0758d4b2a2a0d07b10a3ce340fd37206b85014ba5a09e6ff249bb"],
  };
  for (const [name, [got, want]] of Object.entries(tree)) assert.equal(got, want, name);
});

test("a decomposed passphrase is the same, another one is not", () => {
  assert.equal(hex(evaluate(k, id, "grüner tee".normalize("NFD"))), hex(evaluate(k, id, "grüner tee")));
  assert.notEqual(hex(evaluate(k, id, "grüner Tee")), hex(evaluate(k, id, "grüner tee")));
});

const view = "3ru9NkJr1Bu1GFzBVpCuRSPL8twt2cTLufhnCCMw6FvRrpi2M5";
const comment = "5oeKcCLhRs895qh65SCrk3Br1x6LFfMDXwkrBoeSeDCo7KbHQR";
const manage = "6qEdXeM4dNxfRo4wNCmnSTJMNHFCy344DbPjjwcCWf9dVwWW5d";

test("codes are printed and read", () => {
  assert.equal(printCode({ kind: "view", id, view: L }), view);
  assert.equal(printCode({ kind: "comment", id, comment: C }), comment);
  assert.equal(printCode({ kind: "manage", owner: O }), manage);
  assert.deepEqual(parseCode(view), { kind: "view", id, view: L });
  assert.deepEqual(parseCode(comment), { kind: "comment", id, comment: C });
  assert.deepEqual(parseCode(manage), { kind: "manage", owner: O });
});

const tt: readonly { name: string; fragment: string; want: string }[] = [
  { name: "whole", fragment: view, want: "accepted" },
  { name: "with a tracker behind it", fragment: `${view}&utm_source=chat`, want: "accepted" },
  { name: "with a full stop behind it", fragment: `${view}.`, want: "accepted" },
  { name: "with a bracket behind it", fragment: `${view})`, want: "accepted" },
  { name: "with an escape behind it", fragment: `${view}%20and`, want: "accepted" },
  { name: "with an umlaut behind it", fragment: `${view}ä`, want: "accepted" },
  { name: "empty", fragment: "", want: "link-none" },
  { name: "cut", fragment: view.slice(0, 22), want: "link-cut" },
  { name: "cut by one", fragment: view.slice(0, 49), want: "link-cut" },
  { name: "cut and continued", fragment: `${view.slice(0, 49)}.`, want: "link-cut" },
  { name: "one letter more", fragment: `${view}a`, want: "link-mistyped" },
  { name: "a letter that base58 lacks behind it", fragment: `${view}0`, want: "link-mistyped" },
  {
    name: "a letter that base58 lacks inside",
    fragment: `${view.slice(0, 20)}0${view.slice(21)}`,
    want: "link-mistyped",
  },
  { name: "one letter differs", fragment: `${view.slice(0, 20)}Z${view.slice(21)}`, want: "link-mistyped" },
  { name: "two letters swapped", fragment: `${view.slice(0, 48)}5M`, want: "link-mistyped" },
  { name: "larger than 37 bytes", fragment: "z".repeat(50), want: "link-mistyped" },
  { name: "zero", fragment: "1".repeat(50), want: "link-mistyped" },
];
for (const { name, fragment, want } of tt)
  test(`parseCode: ${name}`, () => {
    assert.equal(
      code(() => parseCode(fragment)),
      want,
    );
  });

for (const [name, passphrase, want] of [
  ["empty", "", "passphrase-form"],
  ["a lone surrogate", "a\ud800b", "passphrase-form"],
  ["a reversed pair", "\udc00\ud800", "passphrase-form"],
  ["1,025 bytes", "ä".repeat(512) + "a", "passphrase-form"],
  ["1,024 bytes", "ä".repeat(512), "accepted"],
  ["a pair", "🦊", "accepted"],
  ["spaces at both ends", "  x ", "accepted"],
] as const)
  test(`passphrase: ${name}`, () => {
    assert.equal(
      code(() => evaluate(k, id, passphrase)),
      want,
    );
  });

test("text helpers", () => {
  assert.equal(hex(ascii("AZ")), "415a");
  assert.equal(hex(utf8("ü")), "c3bc");
});

test("stretching reports in steps, not ten thousand times", () => {
  const seen: number[] = [];
  stretch(evaluate(k, id, "grüner tee"), id, (done) => seen.push(done));
  assert.ok(seen.length > 10 && seen.length <= 52, `${seen.length} reports`);
  assert.deepEqual(
    [...seen].sort((a, b) => a - b),
    seen,
  );
});
