// What an owner does with the manage link.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, hex, none, random } from "../../src/format/bytes.ts";
import { sha, unlockToken } from "../../src/format/kdf.ts";
import type { ManageState } from "../../src/model/manage-state.ts";
import { refusal } from "../../src/model/manage-state.ts";
import { Managing, WeakError } from "../../src/model/managing.ts";
import { noRules } from "./made-door.ts";
import { MadeShare, until, type Wanted } from "./made-share.ts";

const newPw = random(32);

function manage(share: MadeShare): Managing {
  const managing = new Managing(
    {
      ...noRules,
      api: { ...noRules.api, ...share.ownerApi },
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
