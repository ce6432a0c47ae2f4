// The golden vectors of the access log, asking first, locks and request links, as every implementation has to read them.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { readEvent } from "../../src/format/access-log.ts";
import { classicIdentity, classicRecipient } from "../../src/format/age-keys.ts";
import { type Bytes, fromHex, hex } from "../../src/format/bytes.ts";
import { FormatError, isFormatError } from "../../src/format/errors.ts";
import { deriveKeyPair, keyPair } from "../../src/format/hpke.ts";
import * as kdf from "../../src/format/kdf.ts";
import * as knock from "../../src/format/knock.ts";
import { openLocks } from "../../src/format/locks.ts";
import { encodeMailbox, mailboxView, openMailbox } from "../../src/format/mailbox.ts";
import { mailboxRecipient, openPosts } from "../../src/format/posts.ts";
import { signer } from "../../src/format/signature.ts";

declare const WEB_DIR: string;

function cases<T>(file: string): readonly (T & { readonly name: string; readonly error: string })[] {
  const source = fs.readFileSync(path.join(WEB_DIR, "../crypto/vectors/v1", `${file}.json`), "utf8");
  const { cases } = JSON.parse(source) as { cases: readonly (T & { name: string; error: string })[] };
  assert.ok(cases.length > 0);
  return cases;
}

const unbase64 = (s: string | null): Bytes => Uint8Array.from(Buffer.from(s ?? "", "base64")) as Bytes;

async function codeOf(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (isFormatError(error)) return error.code;
    throw error;
  }
  return "";
}

interface Event {
  readonly seed: string;
  readonly public: string;
  readonly id: string;
  readonly sealed: string;
  readonly fields?: { readonly kind: number; readonly at: number; readonly revision: number; readonly tag: string };
}

const kinds = ["", "opened", "taken", "tried", "commented", "knocked"];

test("events", () => {
  for (const c of cases<Event>("events")) {
    const pair = deriveKeyPair(fromHex(c.seed));
    assert.equal(hex(pair.publicKey), c.public, c.name);
    const event = readEvent(pair, fromHex(c.id), fromHex(c.sealed));
    assert.equal(event === undefined ? "event" : "", c.error, c.name);
    if (!event || !c.fields) continue;
    const { kind, at, revision, tag } = c.fields;
    assert.deepEqual(
      [event.kind, event.at, event.revision, hex(event.tag)],
      [kinds[kind] ?? "other", at, revision, tag],
      c.name,
    );
  }
});

interface Knock {
  readonly id: string;
  readonly public: string;
  readonly key: string;
  readonly viewerKey: string;
  readonly random: string;
  readonly commit: string;
  readonly ownerRandom: string;
  readonly signature: string;
  readonly words: readonly string[];
  readonly box: string;
  readonly boxSigned: string;
  readonly r: string;
}

/** What becomes of a knock: the first of answer and admission that is refused. */
function letIn(c: Knock): { readonly words: readonly string[]; readonly r: Bytes } {
  const id = fromHex(c.id);
  const key = keyPair(fromHex(c.key));
  const visitor: knock.Knocker = {
    id,
    key,
    n: fromHex(c.random),
    c: knock.commitment(id, key.publicKey, fromHex(c.random)),
  };
  const owner = fromHex(c.public);
  const step = <T>(code: "answer" | "admission", run: () => T): T => {
    try {
      return run();
    } catch (error) {
      if (error instanceof FormatError) throw new Error(code);
      throw error;
    }
  };
  const words = step("answer", () => knock.viewerWords(visitor, owner, fromHex(c.ownerRandom), fromHex(c.signature)));
  const r = step("admission", () => knock.admitted(visitor, owner, fromHex(c.box), fromHex(c.boxSigned)));
  return { words, r };
}

test("knocks", () => {
  for (const c of cases<Knock>("knocks")) {
    const key = keyPair(fromHex(c.key));
    assert.equal(hex(key.publicKey), c.viewerKey, c.name);
    assert.equal(hex(knock.commitment(fromHex(c.id), key.publicKey, fromHex(c.random))), c.commit, c.name);
    if (c.error) {
      assert.throws(() => letIn(c), { message: c.error }, c.name);
      continue;
    }
    const { words, r } = letIn(c);
    assert.deepEqual(words, c.words, c.name);
    assert.equal(hex(r), c.r, c.name);
    const listed = { c: fromHex(c.commit), since: 0, o: fromHex(c.ownerRandom), signature: fromHex(c.signature) };
    const shown = { ...listed, vpk: fromHex(c.viewerKey), n: fromHex(c.random), status: 3 };
    assert.deepEqual(knock.ownerWords(fromHex(c.public), fromHex(c.id), shown), c.words, `${c.name}: the owner's side`);
  }
});

interface Locks {
  readonly id: string;
  readonly view: string;
  readonly identity: string;
  readonly locks: string;
  readonly r?: string;
}

/** Which of our codes stand for an error of locks.json: whichever check comes first. */
const refusals = ["locks", "opening", "padding", "msgpack", "sealed"];

test("locks", async () => {
  for (const c of cases<Locks>("locks")) {
    const open = () => openLocks(unbase64(c.locks), fromHex(c.view), fromHex(c.id), c.identity);
    const code = await codeOf(open);
    assert.equal(refusals.includes(code) ? "locks" : code, c.error === "not-for-you" ? "" : c.error, c.name);
    if (c.error === "locks") continue;
    const r = await open();
    assert.equal(r ? hex(r) : undefined, c.error ? undefined : c.r, c.name);
  }
});

interface Mailbox {
  readonly id: string;
  readonly document: string | null;
  readonly signature: string;
  readonly fields?: { readonly [name: string]: string | number };
}

test("mailboxes", async () => {
  for (const c of cases<Mailbox>("mailboxes")) {
    const open = () => openMailbox(unbase64(c.document), fromHex(c.signature), fromHex(c.id));
    assert.equal(await codeOf(open), c.error, c.name);
    if (c.error) continue;
    const { id, owner, recipient, ...rest } = open();
    assert.deepEqual({ ...rest, owner: hex(owner), recipient: hex(kdf.sha(recipient)) }, c.fields, c.name);
    assert.deepEqual(encodeMailbox(open()), unbase64(c.document), c.name);
    assert.equal(hex(id), c.id);
  }
});

interface Post {
  readonly owner: string;
  readonly secret: string;
  readonly recipient: string;
  readonly postToken: string;
  readonly proof: string;
  readonly post: string;
  readonly code?: string;
}

test("posts", async () => {
  for (const c of cases<Post>("posts")) {
    const owner = fromHex(c.owner);
    const id = kdf.idOf(signer(owner).publicKey);
    const view = mailboxView(owner, id);
    assert.equal(hex(kdf.mailboxSecret(owner, id)), c.secret, c.name);
    assert.equal(hex(kdf.postToken(view, id)), c.postToken, c.name);
    assert.equal(hex(kdf.mailboxProof(view, id)), c.proof, c.name);
    assert.equal(hex(kdf.sha(await mailboxRecipient(owner, id))), c.recipient, c.name);
    const { arrived } = await openPosts(owner, id, [{ received: 1, sealed: unbase64(c.post) }]);
    assert.equal(arrived.length === 0 ? "post" : "", c.error, c.name);
    if (!c.error) assert.equal(arrived[0]?.viewCode, c.code, c.name);
  }
});

interface Passkey {
  readonly salt: string;
  readonly prf: string;
  readonly scalar: string;
  readonly identity: string;
  readonly recipient: string;
}

test("passkeys", () => {
  for (const c of cases<Passkey>("passkeys")) {
    assert.equal(hex(kdf.passkeySalt()), c.salt, c.name);
    const scalar = kdf.passkeyScalar(fromHex(c.prf));
    assert.equal(hex(scalar), c.scalar, c.name);
    assert.equal(classicIdentity(scalar), c.identity, c.name);
    assert.equal(classicRecipient(scalar), c.recipient, c.name);
  }
});
