// What an owner does with the manage link.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { ApiError } from "../../src/api/errors.ts";
import { type Bytes, hex, none, random } from "../../src/format/bytes.ts";
import type { People } from "../../src/format/change-recipients.ts";
import { printCode } from "../../src/format/code.ts";
import { idOf, ownerSeal, sha, unlockToken } from "../../src/format/kdf.ts";
import { admitted, newKnocker } from "../../src/format/knock.ts";
import { openLocks } from "../../src/format/locks.ts";
import { encodeMailbox, type MailboxDocument, mailboxView } from "../../src/format/mailbox.ts";
import { type StoredPost, sealPost } from "../../src/format/posts.ts";
import { type Owned, openOwned } from "../../src/format/reseal.ts";
import { seal } from "../../src/format/seal.ts";
import { signer } from "../../src/format/signature.ts";
import type { ManagePorts } from "../../src/model/manage-ports.ts";
import type { ManageState } from "../../src/model/manage-state.ts";
import { refusal } from "../../src/model/manage-state.ts";
import { Managing, WeakError } from "../../src/model/managing.ts";
import { late, noRules } from "./made-door.ts";
import { MadeShare, until, type Wanted } from "./made-share.ts";

const newPw = random(32);

type Doors = Pick<ManagePorts, "rest"> & { readonly api: MadeShare["doorApi"] };

function manage(share: MadeShare, { api, ...doors }: Partial<Doors> = {}): Managing {
  const managing = new Managing(
    {
      ...noRules,
      ...doors,
      api: { ...noRules.api, ...share.ownerApi, ...api },
      passphrase: async (_id, typed) => {
        if (typed.length < 8) throw new WeakError("weak");
        return { pw: newPw, k: random(32) };
      },
      viewLink: (id, view) => `${hex(id)} ${hex(view)}`,
      now: () => Date.now(),
    },
    () => share.owner.slice() as Bytes,
  );
  void managing.start();
  return managing;
}

const open = (s: ManageState) => s.at === "open" && !s.busy;
const settled = (s: ManageState) => s.at === "open" && !s.busy && (s.done !== undefined || s.problem !== undefined);
const said = (s: ManageState) => (s.at === "open" ? (s.problem ?? s.done) : s.at);

async function opened(wanted: Wanted = {}): Promise<readonly [MadeShare, Managing]> {
  const share = new MadeShare(wanted);
  const managing = manage(share);
  await until(managing, open);
  return [share, managing];
}

test("the manage link alone reads title, photos and the view link, with and without a passphrase", async () => {
  for (const wanted of [{}, { passphrase: "seven quiet lamps" }]) {
    const [share, managing] = await opened(wanted);
    const { state } = managing;
    assert.ok(state.at === "open");
    assert.equal(state.share.manifest?.title, "Doors");
    assert.equal(state.share.manifest?.photos[0]?.alt, "A door");
    assert.equal(state.share.viewLink, `${hex(share.id)} ${hex(share.view)}`);
    managing.close();
  }
});

test("a change is one new statement with the next revision, and nothing else", async () => {
  const [share, managing] = await opened();
  const { manifest, pepper } = share;
  const expires = share.statement.expires + 86_400_000;
  managing.change({ expires });
  assert.equal(said(await until(managing, settled)), "saved");
  managing.change({ viewLimit: 3 });
  await until(managing, (s) => s.at === "open" && s.share.statement.viewLimit === 3);
  assert.equal(share.statement.revision, 3);
  assert.equal(share.statement.expires, expires);
  assert.equal(share.manifest, manifest);
  assert.equal(share.pepper, pepper);
});

test("a change that meets another revision is signed on top of it", async () => {
  const [share, managing] = await opened({ views: 2 });
  share.sign({ ...share.statement, revision: 2, viewLimit: 9 });
  const expires = share.statement.expires + 1000;
  managing.change({ expires });
  assert.equal(said(await until(managing, settled)), "merged");
  assert.deepEqual([share.statement.revision, share.statement.viewLimit, share.statement.expires], [3, 9, expires]);
});

test("a passphrase seals manifest and box anew under a fresh pepper; the owner reads both afterwards", async () => {
  const [share, managing] = await opened();
  const before = hex(share.pepper);
  managing.setPassphrase("weak");
  assert.equal(said(await until(managing, settled)), "weak");
  managing.setPassphrase("seven quiet lamps");
  const state = await until(managing, (s) => s.at === "open" && s.done === "passphrase");
  assert.notEqual(hex(share.pepper), before);
  assert.equal(share.statement.suite, 1);
  assert.equal(hex(share.unlockHash), hex(sha(unlockToken(share.view, newPw, none, share.id))));
  assert.equal(state.at === "open" && state.share.manifest?.title, "Doors");
  managing.setPassphrase("");
  await until(managing, (s) => s.at === "open" && s.done === "no-passphrase");
  assert.equal(share.statement.suite, 0);
  assert.equal(share.k.length, 0);
});

test("a passphrase that meets another revision is not forced on it", async () => {
  const [share, managing] = await opened();
  share.sign({ ...share.statement, revision: 2 });
  managing.setPassphrase("seven quiet lamps");
  assert.equal(said(await until(managing, settled)), "changed");
  assert.equal(share.statement.suite, 0);
});

test("delete", async () => {
  const [share, managing] = await opened();
  managing.remove();
  await until(managing, (s) => s.at === "deleted");
  assert.equal(share.gone, true);
});

test("what the owner did not sign is not believed", async () => {
  const share = new MadeShare();
  share.signature[5] = (share.signature[5] ?? 0) ^ 1;
  const managing = manage(share);
  const state = await until(managing, (s) => s.at === "failed");
  assert.equal(state.at === "failed" && state.code, "damaged");
});

for (const at of [undefined, 0, 31, 32, 63])
  test(`an owner box ${at === undefined ? "of zeros opens" : `with something at ${at} that no rule uses does not`}`, () => {
    const { owner, view, statement, manifest, pepper, id } = new MadeShare();
    const box = new Uint8Array(64);
    if (at !== undefined) box[at] = 1;
    const ownerBox = seal(box, ownerSeal(owner, pepper, id));
    const open = () => openOwned({ owner, view, statement, manifest, pepper, ownerBox });
    if (at === undefined) assert.equal(open().title, "Doors");
    else assert.throws(open, /does not use/);
  });

test("a share older than what was seen is not believed, and nothing is signed on top of it", async () => {
  const [share, managing] = await opened();
  const { statement: doc, signature } = share;
  const expires = share.statement.expires + 86_400_000;
  managing.change({ expires });
  await until(managing, (s) => s.at === "open" && s.share.statement.revision === 2);
  Object.assign(share, { statement: doc, signature });
  await managing.look();
  managing.change({ viewLimit: 3 });
  await until(managing, settled);
  assert.equal(share.statement.revision, 1);
  const { state } = managing;
  assert.ok(state.at !== "open" || state.share.statement.revision === 2);
});

test("an upload without a commit can be deleted and nothing else", async () => {
  const share = new MadeShare({ uploading: true });
  const managing = manage(share);
  await until(managing, (s) => s.at === "uploading");
  managing.remove();
  await until(managing, (s) => s.at === "deleted");
});

test("the server away during a change leaves the page open", async () => {
  const [share, managing] = await opened();
  share.away = true;
  managing.change({ viewLimit: 1 });
  assert.equal(said(await until(managing, settled)), "unreachable");
});

const now = 1_800_000_000_000;
for (const [name, stage, change, want] of [
  ["later", 2, { expires: now + 1 }, undefined],
  ["in the past", 2, { expires: now }, "past"],
  ["no date", 2, { expires: Number.NaN }, "past"],
  ["a limit", 2, { viewLimit: 7 }, undefined],
  ["no limit", 1, { viewLimit: 0 }, undefined],
  ["a limit at stage 1", 1, { viewLimit: 7 }, "busy"],
  ["half a view", 2, { viewLimit: 1.5 }, "views"],
  ["no number", 2, { viewLimit: Number.NaN }, "views"],
  ["less than none", 2, { viewLimit: -1 }, "views"],
] as const)
  test(`refusal: ${name}`, () => {
    assert.equal(refusal({ ...new MadeShare().statement, stage }, change, now), want);
  });

test("the access log is switched by one statement, whose key is the owner's", async () => {
  const [share, managing] = await opened();
  managing.setLog(true);
  assert.equal(said(await until(managing, settled)), "log");
  assert.deepEqual(share.statement.logKey, late.logKey(share.owner, share.id));
  assert.ok(managing.watch.log, "it is read from now on");
  managing.setLog(false);
  assert.equal(said(await until(managing, settled)), "no-log");
  assert.equal(share.statement.logKey.length, 0);
  assert.equal(managing.watch.log, undefined);
});

test("other people: locks, R and pepper are new, the passphrase stays, and the owner still reads everything", async () => {
  const identity = await generateX25519Identity();
  const [share, managing] = await opened({ passphrase: "seven quiet lamps" });
  const before = hex(share.pepper);
  managing.setPeople({ recipients: [await identityToRecipient(identity)], askFirst: true });
  const state = await until(managing, settled);
  assert.equal(said(state), "people");
  assert.notEqual(hex(share.pepper), before);
  assert.equal(share.statement.suite, 1);
  assert.equal(share.statement.askFirst, 1);
  assert.deepEqual(share.statement.locks, sha(share.locks));
  const r = await openLocks(share.locks, share.view, share.id, identity);
  assert.equal(r?.length, 32);
  assert.equal(await openLocks(share.locks, share.view, share.id, await generateX25519Identity()), undefined);
  assert.equal(state.at === "open" && state.share.manifest?.title, "Doors");
  assert.ok(managing.watch.door, "the door is watched from now on");
  managing.setPeople({ recipients: [], askFirst: false });
  await until(managing, (s) => settled(s) && share.statement.askFirst === 0);
  assert.equal(share.statement.locks.length, 0);
  assert.equal(managing.watch.door, undefined);
  managing.close();
});

test("people that meet another revision are not forced on it", async () => {
  const [share, managing] = await opened();
  share.sign({ ...share.statement, revision: 2 });
  managing.setPeople({ recipients: [], askFirst: true });
  assert.equal(said(await until(managing, settled)), "changed");
  assert.equal(share.statement.askFirst, 0);
  managing.close();
});

/** A share that asks first, with somebody at the door whose words are shown. */
async function atTheDoor(t: TestContext) {
  const first = random(32);
  const share = new MadeShare({ askFirst: 1, r: first });
  const rest = () => new Promise<void>((resolve) => setTimeout(resolve, 2));
  const managing = manage(share, { rest, api: share.doorApi });
  t.after(() => managing.close()); // it looks until then, also after a failure
  await until(managing, open);
  const knocker = newKnocker(share.id);
  await share.viewApi.knock(share.id, none, knocker.c);
  const door = managing.watch.door ?? assert.fail();
  const sees = async (status: string) => {
    for (let n = 0; n < 500 && door.state.knocks[0]?.status !== status; n++) await rest();
    assert.equal(door.state.knocks[0]?.status, status);
  };
  const answered = () => share.knocks[0]?.status === 2;
  for (let n = 0; n < 500 && !answered(); n++) await rest();
  await share.viewApi.reveal(share.id, none, knocker.c, knocker.key.publicKey, knocker.n);
  await sees("decide");
  return { share, managing, knocker, door, first, sees };
}

/** What another device of the same owner does meanwhile. */
async function otherDevice(share: MadeShare, people: People): Promise<Owned> {
  const read = (): Owned => ({
    ...{ owner: share.owner, view: share.view, statement: share.statement, manifest: share.manifest },
    ...{ ownerBox: share.ownerBox, pepper: share.pepper },
  });
  const next = await late.changeRecipients(share.signer, read(), people);
  await share.ownerApi.publish(share.signer, share.id, next.statement.revision, next.args);
  return read();
}

test("who is let in gets R as it is then, also when another device has just changed it", async (t) => {
  const { share, knocker, door, first, sees } = await atTheDoor(t);
  const there = await otherDevice(share, { recipients: [], askFirst: true });
  await door.letIn(hex(knocker.c));
  await sees("in");
  const { box, boxSignature } = share.knocks[0] ?? assert.fail();
  const r = admitted(knocker, share.signer.publicKey, box, boxSignature);
  assert.deepEqual(r, late.heldR(there));
  assert.notDeepEqual(r, first, "control: it is not the one of the last look");
});

test("nobody is let in by a page that has not seen that nobody is asked any more", async (t) => {
  const { share, managing, knocker, door } = await atTheDoor(t);
  await otherDevice(share, { recipients: [], askFirst: false });
  share.requests.length = 0;
  await door.letIn(hex(knocker.c));
  assert.ok(share.requests.includes("state"));
  assert.ok(!share.requests.includes("admit"));
  assert.equal(managing.watch.door, undefined);
});

test("looking again shows what changed and keeps what is being said; what is gone is said", async () => {
  const [share, managing] = await opened({ views: 3 });
  share.takes.add("somebody");
  await managing.look();
  const taken = (s: ManageState) => (s.at === "open" ? s.share.taken : s.at);
  assert.equal(taken(managing.state), 1);
  share.away = true;
  await managing.look();
  assert.equal(taken(managing.state), 1);
  share.away = false;
  share.gone = true;
  await managing.look();
  assert.equal(taken(managing.state), "failed");
});

test("forgetting erases the secrets; nothing can be asked afterwards", async () => {
  const [share, managing] = await opened();
  managing.forget();
  assert.equal(managing.state.at, "forgotten");
  share.requests.length = 0;
  managing.change({ viewLimit: 1 });
  managing.remove();
  await managing.look();
  assert.deepEqual(share.requests, []);
});

/** The manage link of a request link: shares are malformed there. */
async function mailbox(made: (owner: Bytes, id: Bytes) => Promise<readonly StoredPost[]> = async () => []) {
  const owner = random(32);
  const s = signer(owner);
  const id = idOf(s.publicKey);
  const posts = [...(await made(owner, id))];
  let document: MailboxDocument = {
    ...{ id, owner: s.publicKey, revision: 1, created: Date.now() - 1000, expires: Date.now() + 3_600_000, open: 1 },
    recipient: await late.mailboxRecipient(owner, id),
  };
  const stored = () => {
    const bytes = encodeMailbox(document);
    return { document: bytes, signature: s.sign("mailbox", bytes) };
  };
  const share = new MadeShare();
  const managing = new Managing(
    {
      ...noRules,
      api: {
        ...noRules.api,
        ...share.ownerApi,
        shareState: async () => Promise.reject(new ApiError("malformed")),
        readMailbox: async () => ({ ...stored(), posts, now: Date.now() }),
        changeMailbox: async (_s, _owner, next) => {
          if (next.revision !== document.revision + 1) {
            const { document: statement, signature } = stored();
            return { statement, signature };
          }
          document = next;
          return undefined;
        },
      },
      passphrase: async () => assert.fail(),
      viewLink: (of, view) => `view ${hex(of)} ${hex(view)}`,
      now: () => Date.now(),
    },
    () => owner.slice() as Bytes,
  );
  void managing.start();
  const lie = (change: Partial<MailboxDocument>) => {
    document = { ...document, ...change };
  };
  return { managing, lie, posts, document: () => document };
}

const boxed = (s: ManageState) => s.at === "mailbox" && !s.busy;

test("the manage link of a request link lists what arrived by it, and nothing else", async () => {
  const other = new MadeShare();
  const code = printCode({ kind: "view", id: other.id, view: other.view });
  const { managing } = await mailbox(async (owner, id) => {
    const recipient = await late.mailboxRecipient(owner, id);
    const good = await sealPost(recipient, mailboxView(owner, id), id, code);
    const forged = await sealPost(recipient, random(16), id, code);
    return [good, forged, good, random(1787)].map((sealed, i) => ({ received: Date.now() + i, sealed }));
  });
  const state = await until(managing, boxed);
  assert.ok(state.at === "mailbox");
  assert.deepEqual(
    state.box.deliveries.map(({ link }) => link),
    [`view ${hex(other.id)} ${hex(other.view)}`],
  );
  assert.equal(state.box.dropped, 3);
  assert.match(state.box.requestLink, /^request /);
  managing.close();
});

test("an answer of a mailbox from before is not believed after a later one", async () => {
  const sealed = async () => [{ received: Date.now(), sealed: random(1787) }];
  const { managing, lie, posts } = await mailbox(sealed);
  await until(managing, boxed);
  const now = () => (managing.state.at === "mailbox" ? managing.state.box : assert.fail());
  lie({ revision: 2, open: 0 });
  await managing.look();
  assert.equal(now().document.open, 0, "control: a later one is");
  lie({ revision: 1, open: 1 });
  await managing.look();
  assert.equal(now().document.open, 0);
  lie({ revision: 2, open: 0 });
  const [post] = posts.splice(0);
  await managing.look();
  assert.equal(now().dropped, 1);
  if (post) posts.push(post, post);
  await managing.look();
  assert.equal(now().dropped, 2);
  managing.close();
});

test("a mailbox is closed, opened and extended, also on top of what somebody else changed", async () => {
  const { managing, lie, document } = await mailbox();
  await until(managing, boxed);
  managing.changeBox({ open: 0 });
  const closed = await until(managing, (s) => s.at === "mailbox" && s.done !== undefined);
  assert.equal(closed.at === "mailbox" && closed.box.document.open, 0);
  const expires = document().expires + 1000;
  lie({ revision: 9, open: 1 });
  managing.changeBox({ expires });
  const merged = await until(managing, (s) => s.at === "mailbox" && s.done === "merged");
  assert.deepEqual([document().revision, document().open, document().expires], [10, 1, expires]);
  assert.ok(merged);
  managing.changeBox({ expires: 1 });
  const past = await until(managing, (s) => s.at === "mailbox" && s.problem !== undefined);
  assert.equal(past.at === "mailbox" && past.problem, "past");
  managing.close();
});
