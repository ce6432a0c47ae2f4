// The golden vectors of the format, good ones and one per failure class, as every implementation has to read them.
import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { ed25519 } from "@noble/curves/ed25519.js";
import { type Bytes, concat, equal, fromHex, hex } from "../../src/format/bytes.ts";
import { parseCode, printCode } from "../../src/format/code.ts";
import { FormatError } from "../../src/format/errors.ts";
import * as kdf from "../../src/format/kdf.ts";
import { decode, encode } from "../../src/format/msgpack.ts";
import { type DocType, pae, signer, verify } from "../../src/format/signature.ts";
import { encodeStatement, openStatement } from "../../src/format/statement.ts";
import { torsion, verifySoon } from "../../src/format/verify-soon.ts";

declare const WEB_DIR: string;

type Case = { readonly name: string; readonly error?: string } & Readonly<Record<string, string>>;

function cases<T = Case>(file: string): readonly T[] {
  const source = fs.readFileSync(path.join(WEB_DIR, "../crypto/vectors/v1", `${file}.json`), "utf8");
  const { cases } = JSON.parse(source) as { cases: readonly T[] };
  assert.ok(cases.length > 0);
  return cases;
}

const bytes = (c: Case, key: string): Bytes => fromHex(c[key] ?? "");

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof FormatError) return error.code;
    throw error;
  }
  return "";
}

test("derivations", () => {
  for (const c of cases("derivations")) {
    const [owner, pw, r] = [bytes(c, "owner"), bytes(c, "pw"), bytes(c, "r")];
    const pepper = bytes(c, "pepper");
    const { publicKey } = signer(owner);
    const id = kdf.idOf(publicKey);
    const comment = kdf.commentSecret(owner, id);
    const view = kdf.viewSecret(comment, id);
    const root = kdf.rootKey(view, pepper, pw, r, id);
    const got: Record<string, string> = {
      public: hex(publicKey),
      id: hex(id),
      commentSecret: hex(comment),
      viewSecret: hex(view),
      readToken: hex(kdf.readToken(view, id)),
      commentToken: hex(kdf.commentToken(comment, id)),
      unlockToken: hex(kdf.unlockToken(view, pw, r, id)),
      readHash: hex(kdf.sha(kdf.readToken(view, id))),
      root: hex(root),
      log: hex(kdf.logSeed(owner, id)),
      sealManifest: kdf.manifestSeal(root, id),
      sealBundle: kdf.bundleSeal(bytes(c, "bundleKey"), id),
      sealLocks: kdf.locksSeal(view, id),
      sealOwner: kdf.ownerSeal(owner, pepper, id),
      viewCode: printCode({ kind: "view", id, view }),
      commentCode: printCode({ kind: "comment", id, comment }),
      manageCode: printCode({ kind: "manage", owner }),
    };
    for (const [key, value] of Object.entries(got)) assert.equal(value, c[key], `${c.name}: ${key}`);
  }
});

/** Which of our codes stands for an error of links.json; pages are checked by fragment.ts. */
const linkErrors: Record<string, readonly string[]> = {
  "": [""],
  cut: ["link-cut", "link-mistyped", "link-none"],
  long: ["link-mistyped"],
  check: ["link-mistyped"],
  kind: ["link-kind"],
  page: [""],
};

for (const c of cases("links"))
  test(`links: ${c.name}`, () => {
    const got = codeOf(() => parseCode(c["fragment"] ?? ""));
    assert.ok(linkErrors[c.error ?? ""]?.includes(got), `${got || "accepted"}, want ${c.error}`);
    if (c.error) return;
    const code = parseCode(c["fragment"] ?? "");
    assert.equal(["view", "comment", "manage", "request"].indexOf(code.kind) + 1, c["kind"] as unknown);
    const secret = code.kind === "manage" ? code.owner : code.kind === "comment" ? code.comment : code.view;
    assert.equal(hex(secret), c["secret"]);
    if (code.kind !== "manage") assert.equal(hex(code.id), c["id"]);
    assert.equal(printCode(code), c["fragment"]?.slice(0, 50));
  });

test("statements", () => {
  for (const c of cases("statements")) {
    const doc = bytes(c, "statement");
    const got = codeOf(() => openStatement(doc, bytes(c, "signature"), bytes(c, "id")));
    assert.equal(got, c.error, c.name);
    if (c.error) continue;
    const s = openStatement(doc, bytes(c, "signature"), bytes(c, "id"));
    assert.ok(equal(encodeStatement(s), doc), c.name);
    const fields = c["fields"] as unknown as Record<string, unknown>;
    for (const [key, want] of Object.entries(fields)) {
      const value = s[key as keyof typeof s] as unknown;
      if (key === "bundles") assert.equal((value as readonly unknown[]).length, (want as readonly unknown[]).length);
      else assert.equal(value instanceof Uint8Array ? hex(value) : value, want, `${c.name}: ${key}`);
    }
  }
});

test("signatures", async () => {
  const laxly = async (key: Bytes, message: Bytes, sig: Bytes) => ed25519.verify(sig, message, key, { zip215: true });
  type Signed = [p: Bytes, type: DocType, body: Bytes, sig: Bytes];
  const checks: readonly ((...signed: Signed) => Promise<boolean>)[] = [
    async (...signed) => verify(...signed),
    verifySoon,
    // Platforms that take everything, that take what a cofactor makes fit, that take nothing, and that have none.
    (...signed) => verifySoon(...signed, async () => true),
    (...signed) => verifySoon(...signed, laxly),
    (...signed) => verifySoon(...signed, async () => false),
    (...signed) => verifySoon(...signed, () => Promise.reject(new Error("NotSupportedError"))),
  ];
  for (const c of cases("signatures")) {
    const type = c["type"] as DocType;
    assert.equal(hex(pae(type, bytes(c, "body"))), c["pae"], c.name);
    for (const [i, check] of checks.entries()) {
      const good = await check(bytes(c, "public"), type, bytes(c, "body"), bytes(c, "signature"));
      assert.equal(good ? "" : "signature", c.error, `${c.name}, check ${i}`);
    }
  }
  // What tells a platform that multiplies by the cofactor: noble does, this platform does not.
  const { key, message, signature } = torsion;
  assert.ok(await laxly(key, message, signature));
  const known = await webcrypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
  assert.equal(await webcrypto.subtle.verify("Ed25519", known, signature, message), false);
});

test("a signature that the platform accepts is not checked again", async () => {
  const c = cases("signatures").find(({ error }) => !error);
  assert.ok(c);
  let again = 0;
  const otherwise: typeof verify = (...signed) => {
    again++;
    return verify(...signed);
  };
  const signed = [bytes(c, "public"), c["type"] as DocType, bytes(c, "body"), bytes(c, "signature")] as const;
  assert.ok(await verifySoon(...signed, undefined, otherwise));
  assert.equal(again, 0);
  assert.ok(await verifySoon(...signed, async () => false, otherwise));
  assert.equal(again, 1);
});

test("strict msgpack", () => {
  for (const c of cases<Case & { nilDepth: number }>("strict")) {
    const doc = bytes(c, "doc");
    assert.equal(codeOf(() => decode(doc, c.nilDepth)) === "" ? "" : "form", c.error, c.name);
    if (!c.error) assert.equal(hex(encode(decode(doc, c.nilDepth))), c["doc"], c.name);
  }
});

test("requests: ours have the bytes of the good ones", () => {
  for (const c of cases("requests").filter((c) => !c.error)) {
    const body = bytes(c, "body");
    const fields = c["fields"] as unknown as Record<string, string | number>;
    const field = (key: string) => fromHex(String(fields[key] ?? ""));
    const doc = body.slice(64);
    assert.ok(verify(bytes(c, "public"), "request", doc, body.slice(0, 64)), c.name);
    const args = decode(field("args"), 1);
    const again = encode([
      1,
      field("id"),
      Number(fields["action"]),
      field("freshness"),
      Number(fields["revision"]),
      args,
    ]);
    assert.equal(hex(concat(again)), hex(doc), c.name);
  }
});
