// The rules that most shares do not have, in the format: HPKE, the access log, asking first, locks, posts. Each promise has
// a control that must fail. The bytes that all implementations share are in vectors-rules.test.ts.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import {
  Decrypter,
  Encrypter,
  generateHybridIdentity,
  generateX25519Identity,
  identityToRecipient,
} from "age-encryption";
import { type AccessLog, logKey, openLog, parseEvent } from "../../src/format/access-log.ts";
import * as keys from "../../src/format/age-keys.ts";
import { ascii, type Bytes, concat, fromHex, hex, none, random } from "../../src/format/bytes.ts";
import { printCode } from "../../src/format/code.ts";
import { isFormatError } from "../../src/format/errors.ts";
import { deriveKeyPair, openFrom, sealTo } from "../../src/format/hpke.ts";
import { idOf, logInfo, mailboxSecret, passkeySalt, passkeyScalar, sha } from "../../src/format/kdf.ts";
import * as knock from "../../src/format/knock.ts";
import { openLocks, openLocksByScalar, sealLocks } from "../../src/format/locks.ts";
import { encodeMailbox, type MailboxDocument, mailboxView, openMailbox } from "../../src/format/mailbox.ts";
import { mailboxRecipient, openPosts, postSize, sealPost } from "../../src/format/posts.ts";
import { signer } from "../../src/format/signature.ts";

declare const WEB_DIR: string;

const flip = (b: Uint8Array, at: number): Bytes => {
  const out = b.slice() as Bytes;
  out[at] = (out[at] ?? 0) ^ 1;
  return out;
};
const refusedWith = (code: string) => (error: unknown) => isFormatError(error) && error.code === code;

// RFC 9180, A.2.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305, base mode, sequence number 0.
const rfc = {
  info: fromHex("4f6465206f6e2061204772656369616e2055726e"),
  ikmE: fromHex("909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b"),
  ikmR: fromHex("1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df"),
  skRm: "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb",
  pkRm: "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a",
  enc: "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a",
  pt: fromHex("4265617574792069732074727574682c20747275746820626561757479"),
  aad: ascii("Count-0"),
  ct: "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28",
};

test("HPKE has the bytes of RFC 9180, A.2.1", () => {
  const recipient = deriveKeyPair(rfc.ikmR);
  assert.equal(hex(recipient.secret), rfc.skRm);
  assert.equal(hex(recipient.publicKey), rfc.pkRm);
  const ephemeral = deriveKeyPair(rfc.ikmE).secret;
  const sealed = sealTo(recipient.publicKey, rfc.info, rfc.pt, { ephemeral, aad: rfc.aad });
  assert.equal(hex(sealed), rfc.enc + rfc.ct);
});

test("HPKE opens what Go's standard library has sealed", () => {
  const pair = deriveKeyPair(new Uint8Array(32));
  assert.equal(hex(pair.publicKey), "70a736978971281065765948fb66006c898c25acd789169223ca7336cf62146f");
  const sealed = fromHex(
    "358d5d8a218cd54fa19365f4eb8dc7a6e7c374c393825fe4a6413bc0ec208d639a4551f0019b696a4ef27f598727581066c927361ea52d2c27af25bf",
  );
  assert.equal(hex(openFrom(pair, ascii("info of Go"), sealed)), hex(ascii("sealed by Go")));
  assert.throws(() => openFrom(pair, ascii("info of others"), sealed), refusedWith("opening"));
});

test("HPKE refuses what was changed, cut, or sealed to a point of low order", () => {
  const pair = deriveKeyPair(random(32));
  const sealed = sealTo(pair.publicKey, none, ascii("hello"));
  for (const at of [0, 31, 32, sealed.length - 1])
    assert.throws(() => openFrom(pair, none, flip(sealed, at)), refusedWith("opening"), `byte ${at}`);
  for (const length of [0, 31, 32, 47, sealed.length - 1])
    assert.throws(() => openFrom(pair, none, sealed.slice(0, length)), refusedWith("opening"), `${length} bytes`);
  const low = [
    "00".repeat(32),
    `01${"00".repeat(31)}`,
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  ];
  for (const point of low) {
    assert.throws(() => sealTo(fromHex(point), none, none), refusedWith("opening"));
    assert.throws(() => openFrom(pair, none, concat(fromHex(point), new Uint8Array(16))), refusedWith("opening"));
  }
});

const owner = fromHex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
const s = signer(owner);
const id = idOf(s.publicKey);

function event(kind: number, at: number, tag: Bytes = new Uint8Array(8)): Bytes {
  const plain = new Uint8Array(64);
  const view = new DataView(plain.buffer);
  plain[0] = 1;
  plain[1] = kind;
  view.setBigUint64(2, BigInt(at));
  view.setBigUint64(10, 3n);
  plain.set(tag, 18);
  return plain;
}
const sealedEvent = (plain: Bytes) => sealTo(logKey(owner, id), logInfo(id), plain);
const kindsOf = (log: AccessLog) => log.events.map((e) => (e.wrong === undefined ? e.kind : `${e.kind} ${e.wrong}`));

test("the access log: a guess is wrong when nothing that used it followed in two minutes", () => {
  const tag = (n: number) => new Uint8Array(8).fill(n) as Bytes;
  const now = 1_800_000_000_000;
  const events = [
    event(3, now - 500_000, tag(1)),
    event(3, now - 400_000, tag(2)),
    event(2, now - 399_000, tag(2)),
    event(5, now - 300_000),
    event(1, now - 200_000),
    event(3, now - 100_000, tag(3)),
    event(9, now - 1000),
  ];
  const log = openLog(owner, id, concat(...events.map(sealedEvent)), now);
  const want = ["tried true", "tried false", "taken", "knocked", "opened", "tried", "other"];
  assert.deepEqual(kindsOf(log), want);
  assert.equal(log.events[3]?.at, now - 300_000);
  assert.equal(log.events[3]?.revision, 3);
  assert.equal(log.broken, 0);
});

test("the access log: an opening before the guess does not make it right", () => {
  const tag = new Uint8Array(8).fill(7) as Bytes;
  const log = openLog(owner, id, concat(sealedEvent(event(1, 1000, tag)), sealedEvent(event(3, 2000, tag))), 999_999);
  assert.deepEqual(kindsOf(log), ["opened", "tried true"]);
});

test("the access log counts what does not open instead of believing it", () => {
  const good = sealedEvent(event(1, 1000));
  const other = sealTo(logKey(owner, id), logInfo(random(16)), event(1, 1000));
  const stray = sealedEvent(flip(event(1, 1000), 63));
  const log = openLog(owner, id, concat(good, flip(good, 50), other, stray, new Uint8Array(5)), 5000);
  assert.equal(log.events.length, 1);
  assert.equal(log.broken, 4);
  for (const [at, name] of [
    [0, "version"],
    [26, "padding"],
    [2, "a time beyond all"],
  ] as const)
    assert.equal(parseEvent(flip(event(1, 1000), at).fill(255, at, at + 1) as Bytes), undefined, name);
  assert.equal(parseEvent(event(0, 1)), undefined, "kind 0");
});

test("asking first: both sides see the same words, and only who knocked gets R", () => {
  const visitor = knock.newKnocker(id);
  const answer = knock.ownerAnswer(s, id, visitor.c);
  const words = knock.viewerWords(visitor, s.publicKey, answer.o, answer.signature);
  const listed = { c: visitor.c, since: 1, ...answer, vpk: visitor.key.publicKey, n: visitor.n, status: 3 };
  assert.deepEqual(knock.ownerWords(s.publicKey, id, listed), words);
  assert.ok(words.every((word) => /^[a-z]{3,}$/.test(word)));
  const r = random(32);
  const { box, signature } = knock.admission(s, id, listed, r);
  assert.equal(box.length, 80);
  assert.deepEqual(knock.admitted(visitor, s.publicKey, box, signature), r);
  const other = knock.newKnocker(id);
  assert.throws(() => knock.admitted(other, s.publicKey, box, signature), refusedWith("signature"));
  const handed = s.sign("admit", concat(other.c, box));
  assert.throws(() => knock.admitted(other, s.publicKey, box, handed), refusedWith("opening"), "sealed to another");
});

test("asking first: the words are the first 33 bits, each decides", () => {
  const base = { id, owner: s.publicKey, c: random(32), o: random(32), vpk: random(32), n: random(32) };
  const said = knock.wordsOf(base).join();
  for (const part of ["id", "owner", "c", "o", "vpk", "n"] as const)
    assert.notEqual(knock.wordsOf({ ...base, [part]: flip(base[part], 3) }).join(), said, part);
});

test("asking first: what the owner has not said is refused on either side", () => {
  const visitor = knock.newKnocker(id);
  const answer = knock.ownerAnswer(s, id, visitor.c);
  const stranger = signer(random(32));
  const view = (o: Bytes, sig: Bytes, p = s.publicKey) => knock.viewerWords(visitor, p, o, sig);
  assert.throws(() => view(flip(answer.o, 0), answer.signature), refusedWith("signature"));
  assert.throws(() => view(answer.o, flip(answer.signature, 3)), refusedWith("signature"));
  assert.throws(() => view(answer.o, answer.signature, stranger.publicKey), refusedWith("signature"));
  const listed = { c: visitor.c, since: 1, ...answer, vpk: visitor.key.publicKey, n: visitor.n, status: 3 };
  const lies = [
    { ...listed, o: flip(listed.o, 0) },
    { ...listed, vpk: flip(listed.vpk, 0) },
    { ...listed, n: flip(listed.n, 0) },
    { ...listed, signature: knock.ownerAnswer(stranger, id, visitor.c).signature },
    { ...listed, vpk: none },
  ];
  for (const [i, lie] of lies.entries()) assert.equal(knock.ownerWords(s.publicKey, id, lie), undefined, `lie ${i}`);
});

const view = mailboxView(owner, id);

for (const [name, make] of [
  ["X25519", generateX25519Identity],
  ["hybrid", generateHybridIdentity],
] as const)
  test(`locks: ${name} identities open, also among others in a key file; a stranger's does not`, async () => {
    const [mine, other, stranger] = await Promise.all([make(), make(), make()]);
    const r = random(32);
    const recipients = await Promise.all([mine, other].map((key) => identityToRecipient(key)));
    const sealed = await sealLocks(r, view, id, recipients);
    const file = `# created: 2026-11-25\n# public key: ${recipients[0]}\n${stranger}\n${mine}\n`;
    assert.deepEqual(await openLocks(sealed, view, id, file), r);
    assert.deepEqual(await openLocks(sealed, view, id, file.replaceAll("\n", "")), r, "without line breaks");
    assert.deepEqual(await openLocks(sealed, view, id, other), r);
    assert.equal(await openLocks(sealed, view, id, stranger), undefined);
    await assert.rejects(openLocks(flip(sealed, 400), view, id, mine), refusedWith("opening"));
    await assert.rejects(openLocks(sealed, random(16), id, mine), refusedWith("opening"), "with another link");
  });

test("locks: both kinds at once, each with a file of its own", async () => {
  const [classic, hybrid] = await Promise.all([generateX25519Identity(), generateHybridIdentity()]);
  const r = random(32);
  const sealed = await sealLocks(r, view, id, [await identityToRecipient(classic), await identityToRecipient(hybrid)]);
  assert.equal(sealed.length, 165 + 4096 + 16);
  for (const key of [classic, hybrid]) assert.deepEqual(await openLocks(sealed, view, id, key), r);
});

for (const kind of ["classic", "hybrid"])
  test(`locks with more stanzas than people can be named are refused: ${kind}`, async () => {
    const r = random(32);
    const mine = kind === "classic" ? await generateX25519Identity() : await generateHybridIdentity();
    const to = await identityToRecipient(mine);
    const of = (n: number) => sealLocks(r, view, id, Array<string>(n).fill(to));
    assert.deepEqual(await openLocks(await of(100), view, id, mine), r);
    await assert.rejects(async () => openLocks(await of(101), view, id, mine), refusedWith("locks"));
  });

test("a passkey's answer is an X25519 identity of age", async () => {
  assert.equal(hex(passkeySalt()), hex(sha(ascii("safelight/v1/passkey"))));
  const scalar = passkeyScalar(random(32));
  const recipient = keys.classicRecipient(scalar);
  assert.equal(await identityToRecipient(keys.classicIdentity(scalar)), recipient);
  const r = random(32);
  const sealed = await sealLocks(r, view, id, [recipient]);
  assert.deepEqual(await openLocksByScalar(sealed, view, id, scalar), r);
  assert.equal(await openLocksByScalar(sealed, view, id, passkeyScalar(random(32))), undefined);
});

test("keys: what is none is refused, and no message says what it was", async () => {
  const good = await generateX25519Identity();
  const typo = good.slice(0, -1) + (good.endsWith("Q") ? "P" : "Q");
  for (const bad of ["", "hello", good.slice(0, -1), typo, await identityToRecipient(good), "ssh-ed25519 AAAA"])
    assert.throws(
      () => keys.parseIdentities(bad),
      (error) => refusedWith("key")(error) && !String((error as Error).message).includes("AGE-SECRET-KEY-1"),
      bad.slice(0, 12),
    );
  const recipient = await identityToRecipient(good);
  assert.deepEqual(keys.parseRecipients(`# mine\n${recipient}\n ${recipient.toUpperCase()},\n`), [recipient]);
  for (const bad of [good, "age1x", `${recipient}q`, "age1pq1qqqq", "ssh-rsa AAAA"])
    assert.throws(() => keys.parseRecipients(bad), refusedWith("key"), bad.slice(0, 12));
});

test("locks of ours open with age's own program, and the other way round", async () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "safelight-locks-"));
  try {
    const key = await generateX25519Identity();
    const r = random(32);
    const { Encrypter } = await import("age-encryption");
    const encrypter = new Encrypter();
    encrypter.addRecipient(keys.classicSealer(await identityToRecipient(key)));
    fs.writeFileSync(path.join(dir, "key"), `${key}\n`);
    fs.writeFileSync(path.join(dir, "r.age"), await encrypter.encrypt(r));
    const age = (...args: string[]) => execFileSync("go", ["tool", "age", ...args], { cwd: WEB_DIR });
    assert.equal(age("-d", "-i", path.join(dir, "key"), path.join(dir, "r.age")).toString("hex"), hex(r));
    fs.writeFileSync(path.join(dir, "plain"), r);
    const stock = age("-e", "-r", await identityToRecipient(key), path.join(dir, "plain"));
    const { Decrypter } = await import("age-encryption");
    const opener = new Decrypter();
    const [scalar] = keys.parseIdentities(key).classic;
    assert.ok(scalar);
    opener.addIdentity(keys.classicOpener(scalar));
    assert.equal(hex(await opener.decrypt(new Uint8Array(stock))), hex(r));
  } finally {
    fs.rmSync(dir, { recursive: true });
  }
});

async function madeMailbox(): Promise<MailboxDocument> {
  const recipient = await mailboxRecipient(owner, id);
  return { id, owner: s.publicKey, revision: 1, created: 1000, expires: 9000, open: 1, recipient };
}

test("a mailbox is what its maker signed", async () => {
  const m = await madeMailbox();
  const doc = encodeMailbox(m);
  assert.deepEqual(openMailbox(doc, s.sign("mailbox", doc), id), m);
  assert.throws(() => openMailbox(doc, s.sign("statement", doc), id), refusedWith("signature"), "another type");
  assert.throws(() => openMailbox(flip(doc, doc.length - 1), s.sign("mailbox", doc), id), refusedWith("signature"));
  assert.throws(() => openMailbox(doc, s.sign("mailbox", doc), random(16)), refusedWith("id"));
  const bad: readonly (readonly [Partial<MailboxDocument>, string])[] = [
    [{ revision: 0 }, "rules"],
    [{ expires: 1000 }, "rules"],
    [{ open: 2 }, "rules"],
    [{ recipient: none }, "form"],
    [{ owner: signer(random(32)).publicKey }, "id"],
  ];
  for (const [change, code] of bad) {
    const lie = encodeMailbox({ ...m, ...change });
    assert.throws(() => openMailbox(lie, s.sign("mailbox", lie), id), refusedWith(code), JSON.stringify(change));
  }
  assert.throws(() => openMailbox(concat(Uint8Array.of(0x98, 2), doc.slice(2)), none, id), refusedWith("version"));
  assert.throws(() => openMailbox(concat(Uint8Array.of(0x97), doc.slice(1)), none, id), refusedWith("header"));
});

/** What a post holds, as its maker reads it. */
async function openedBy(owner: Bytes, id: Bytes, post: Bytes): Promise<Uint8Array> {
  const opener = new Decrypter();
  opener.addIdentity(keys.hybridIdentity(mailboxSecret(owner, id)));
  return opener.decrypt(post);
}

/** The same for two keys: no post, and yet an age file that opens. */
async function twoStanzas(recipient: Bytes, plain: Uint8Array): Promise<Bytes> {
  const encrypter = new Encrypter();
  for (let n = 0; n < 2; n++) encrypter.addRecipient(keys.writeHybrid(recipient));
  return (await encrypter.encrypt(plain)) as Bytes;
}

test("posts: what came by the link is opened, in order, each share once; everything else is dropped", async () => {
  const { recipient } = await madeMailbox();
  const code = () => printCode({ kind: "view", id: random(16), view: random(16) });
  const [first, second] = [code(), code()];
  const post = (viewCode: string, by = view) => sealPost(recipient, by, id, viewCode);
  const good = await post(first);
  assert.equal(good.length, postSize);
  const stored = await Promise.all([
    good,
    post(second, random(16)),
    post(second),
    post(first),
    post(printCode({ kind: "manage", owner: random(32) })),
    flip(good, 1700),
    none,
    twoStanzas(recipient, await openedBy(owner, id, await post(code()))),
  ]);
  const { arrived, dropped } = await openPosts(
    owner,
    id,
    stored.map((sealed, i) => ({ received: i, sealed })),
  );
  assert.deepEqual(
    arrived.map(({ received, viewCode }) => [received, viewCode]),
    [
      [0, first],
      [2, second],
    ],
  );
  assert.equal(dropped, 6);
  const stranger = random(32);
  assert.equal((await openPosts(stranger, id, [{ received: 1, sealed: good }])).arrived.length, 0);
});

/** One of many harms to good bytes: a flipped bit, a cut, a piece twice, noise. */
function harmed(good: Uint8Array, n: number): Bytes {
  const at = (n * 2_654_435_761) % good.length;
  switch (n % 4) {
    case 0:
      return flip(good, at);
    case 1:
      return good.slice(0, at) as Bytes;
    case 2:
      return concat(good.slice(0, at), good.slice(at >> 1));
    default:
      return concat(good.slice(0, at), random(1 + (n % 7)), good.slice(at));
  }
}

test("hostile bytes: only FormatError comes out, and nothing is believed", async () => {
  const m = await madeMailbox();
  const doc = encodeMailbox(m);
  const sig = s.sign("mailbox", doc);
  for (let n = 0; n < 400; n++)
    assert.throws(() => openMailbox(harmed(doc, n), sig, id), isFormatError, `mailbox ${n}`);
  const good = sealedEvent(event(1, 1000));
  for (let n = 0; n < 300; n++) assert.equal(openLog(owner, id, harmed(good, n), 5000).events.length > 1, false);
  const key = await generateX25519Identity();
  const sealed = await sealLocks(random(32), view, id, [await identityToRecipient(key)]);
  for (let n = 0; n < 120; n++) await assert.rejects(openLocks(harmed(sealed, n), view, id, key), isFormatError);
  const letters = "AGE-SECRET-KEY-1QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L#\n age1".split("");
  for (let n = 0; n < 2000; n++) {
    const text = Array.from({ length: n % 160 }, (_, i) => letters[(n * 31 + i * i) % letters.length]).join("");
    for (const parse of [keys.parseIdentities, keys.parseRecipients])
      try {
        parse(text);
      } catch (error) {
        assert.ok(isFormatError(error), text);
      }
  }
});
