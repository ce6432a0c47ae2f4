// From a link to photos: every way that FORMAT.md, "Opening", knows, and what each says on the way.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bytes } from "../../src/format/bytes.ts";
import type { Ports } from "../../src/model/opening.ts";
import { openTab, type Tab } from "../../src/model/tab.ts";
import type { ViewState } from "../../src/model/view-state.ts";
import { Viewing } from "../../src/model/viewing.ts";
import { directOpener, MadeShare, picture, quickDerive, until, type Wanted } from "./made-share.ts";

function memory(): () => { getItem(k: string): string | null; setItem(k: string, v: string): void } {
  const map = new Map<string, string>();
  const store = { getItem: (k: string) => map.get(k) ?? null, setItem: (k: string, v: string) => void map.set(k, v) };
  return () => store;
}

function visit(share: MadeShare, tab: Tab = openTab(memory())): Viewing {
  const ports: Ports = {
    api: share.viewApi,
    opener: directOpener(),
    derive: quickDerive,
    unlock: async () => undefined,
    askToBeLetIn: () => assert.fail("nobody is asked"),
    tab,
    words: async () => {},
    now: () => Date.now(),
  };
  const link = { id: share.id, view: share.view.slice() as Bytes };
  const viewing = new Viewing(ports, () => link);
  viewing.start();
  return viewing;
}

const is =
  <At extends ViewState["at"]>(at: At) =>
  (s: ViewState) =>
    s.at === at;
const refused = (s: ViewState) => s.at === "gate" && s.problem !== undefined && !s.busy;
const problemOf = (s: ViewState) => (s.at === "gate" ? s.problem?.code : undefined);
const codeOf = (s: ViewState) => (s.at === "failed" ? s.code : undefined);

test("a plain share opens by itself, and its picture is the one that was sealed", async () => {
  const share = new MadeShare();
  const viewing = visit(share);
  const state = await until(viewing, is("open"));
  assert.deepEqual(share.requests, ["open"], "one request to first pixels");
  assert.ok(state.at === "open");
  const [photo] = state.share.photos;
  assert.equal(photo?.alt, "A door");
  const [variant] = photo?.variants ?? [];
  assert.ok(variant);
  assert.deepEqual(await viewing.read(state.share, variant, new AbortController().signal), picture);
  viewing.close();
  assert.equal(viewing.state.at, "closed");
});

test("a limited share counts nothing before somebody presses Open, then one view", async () => {
  const share = new MadeShare({ views: 1 });
  const viewing = visit(share);
  await until(viewing, is("gate"));
  assert.equal(share.takes.size, 0);
  viewing.press({ passphrase: "" });
  await until(viewing, is("open"));
  assert.equal(share.takes.size, 1);
  viewing.close();
});

test("reloading in the tab that took the view opens by itself and counts nothing; another tab finds it used", async () => {
  const share = new MadeShare({ views: 1 });
  const tab = openTab(memory());
  const first = visit(share, tab);
  await until(first, is("gate"));
  first.press({ passphrase: "" });
  await until(first, is("open"));
  first.close();
  const again = visit(share, tab);
  await until(again, is("open"));
  assert.equal(share.takes.size, 1);
  const other = visit(share);
  assert.equal(codeOf(await until(other, is("failed"))), "used");
  again.close();
});

test("a lost reply of take costs one view, not two", async () => {
  const share = new MadeShare({ views: 1 });
  const { take } = share.viewApi;
  let lost = true;
  share.viewApi.take = async (...args) => {
    const pepper = await take(...args);
    if (lost) share.away = true;
    if (lost) lost = false;
    else return pepper;
    share.away = false;
    const { ApiError } = await import("../../src/api/errors.ts");
    throw new ApiError("unreachable");
  };
  const viewing = visit(share);
  await until(viewing, is("gate"));
  viewing.press({ passphrase: "" });
  assert.equal(problemOf(await until(viewing, refused)), "unreachable");
  viewing.press({ passphrase: "" });
  await until(viewing, is("open"));
  assert.equal(share.takes.size, 1);
  viewing.close();
});

for (const [name, wanted] of [
  ["without a limit", { passphrase: "seven quiet lamps" }],
  ["with a limit", { passphrase: "seven quiet lamps", views: 2 }],
] as readonly (readonly [string, Wanted])[])
  test(`a passphrase ${name}: empty, wrong, right`, async () => {
    const share = new MadeShare(wanted);
    const viewing = visit(share);
    await until(viewing, is("gate"));
    viewing.press({ passphrase: "" });
    assert.equal(problemOf(await until(viewing, refused)), "empty-passphrase");
    viewing.press({ passphrase: "seven quiet limps" });
    await until(viewing, (s) => s.at === "gate" && s.busy !== undefined);
    assert.equal(problemOf(await until(viewing, refused)), "wrong-passphrase");
    assert.equal(share.takes.size, 0);
    viewing.press({ passphrase: "\ud800" });
    assert.equal(problemOf(await until(viewing, (s) => problemOf(s) === "long-passphrase")), "long-passphrase");
    viewing.press({ passphrase: "seven quiet lamps" });
    await until(viewing, is("open"));
    assert.equal(share.takes.size, wanted.views ? 1 : 0);
    viewing.close();
  });

for (const { name, wanted, says } of [
  { name: "says that the try counted", wanted: { passphrase: "seven quiet lamps" }, says: "stopped" },
  { name: "where nothing was guessed says nothing", wanted: { views: 3 }, says: undefined },
])
  test(`cancel ${name}, and the next press works`, async () => {
    const share = new MadeShare(wanted);
    const viewing = visit(share);
    await until(viewing, is("gate"));
    viewing.press({ passphrase: "seven quiet lamps" });
    viewing.cancel();
    const state = await until(viewing, (s) => s.at === "gate" && !s.busy);
    assert.equal(problemOf(state), says);
    viewing.press({ passphrase: "seven quiet lamps" });
    await until(viewing, is("open"));
    viewing.close();
  });

test("a share that changed behind the gate shows its new rules and counts nothing", async () => {
  const share = new MadeShare({ views: 1 });
  const viewing = visit(share);
  await until(viewing, is("gate"));
  share.sign({ ...share.statement, revision: 2, viewLimit: 5 });
  viewing.press({ passphrase: "" });
  const state = await until(viewing, refused);
  assert.equal(problemOf(state), "changed");
  assert.equal(state.at === "gate" && state.gate.statement.viewLimit, 5);
  assert.equal(share.takes.size, 0);
  viewing.close();
});

test("a share that is still arriving waits, then opens by itself", async () => {
  const share = new MadeShare({ uploading: true });
  const viewing = visit(share);
  await until(viewing, is("waiting"));
  share.uploading = false;
  await until(viewing, is("open"));
  viewing.close();
});

test("a share that goes while it is open stays on the screen, with words", async () => {
  const share = new MadeShare();
  const viewing = visit(share);
  const state = await until(viewing, is("open"));
  assert.ok(state.at === "open");
  share.gone = true;
  const variant = state.share.photos[0]?.variants[0];
  assert.ok(variant);
  await assert.rejects(viewing.read(state.share, variant, new AbortController().signal), { name: "AbortError" });
  const after = viewing.state;
  assert.equal(after.at === "open" && after.late, "gone");
  viewing.close();
});

const flip = (b: Bytes): Bytes => {
  const at = b.length - 20;
  b[at] = (b[at] ?? 0) ^ 1;
  return b;
};
for (const [name, harm, want] of [
  ["gone", (s: MadeShare) => void Object.assign(s, { gone: true }), "gone"],
  ["the server away", (s: MadeShare) => void Object.assign(s, { away: true }), "unreachable"],
  ["another manifest", (s: MadeShare) => void flip(s.manifest), "damaged"],
  ["another signature", (s: MadeShare) => void flip(s.signature), "damaged"],
  ["a pepper that does not fit", (s: MadeShare) => void flip(s.pepper), "damaged"],
  [
    "expired two hours ago by its own statement",
    (s: MadeShare) => s.sign({ ...s.statement, created: 1, expires: Date.now() - 7_200_000 }),
    "gone",
  ],
] as const)
  test(`refused: ${name}`, async () => {
    const share = new MadeShare();
    harm(share);
    const viewing = visit(share);
    assert.equal(codeOf(await until(viewing, is("failed"))), want);
    viewing.close();
  });

test("an older revision than this tab has seen is refused", async () => {
  const tab = openTab(memory());
  const share = new MadeShare();
  const old = share.statement;
  share.sign({ ...old, revision: 2 });
  const first = visit(share, tab);
  await until(first, is("open"));
  share.sign(old);
  const second = visit(share, tab);
  assert.equal(codeOf(await until(second, is("failed"))), "damaged");
  first.close();
});

test("a tab without storage still remembers its take id", () => {
  const tab = openTab(() => {
    throw new Error("blocked");
  });
  const id = new Uint8Array(16) as Bytes;
  assert.equal(tab.hasAsked(id), false);
  const kept = tab.takeId(id);
  assert.deepEqual(tab.takeId(id), kept);
  assert.equal(tab.hasTaken(id), false);
  tab.tookView(id);
  assert.equal(tab.hasTaken(id), true);
});
