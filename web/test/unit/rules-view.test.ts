// The viewer in front of the rules that most shares do not have: keys, asking first on both sides, the access log.
import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, test } from "node:test";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { readBody } from "../../src/api/body.ts";
import { bytesOf, pause } from "../../src/api/http.ts";
import { logKey } from "../../src/format/access-log.ts";
import { type Bytes, random } from "../../src/format/bytes.ts";
import { changeRecipients } from "../../src/format/change-recipients.ts";
import * as kdf from "../../src/format/kdf.ts";
import * as knockRules from "../../src/format/knock.ts";
import { openLocks, sealLocks } from "../../src/format/locks.ts";
import { heldR, openOwned } from "../../src/format/reseal.ts";
import { openStatement } from "../../src/format/statement.ts";
import { askToBeLetIn } from "../../src/model/knocking.ts";
import { Door } from "../../src/model/manage-door.ts";
import type { Key, Ports } from "../../src/model/opening.ts";
import { openTab } from "../../src/model/tab.ts";
import type { ViewState } from "../../src/model/view-state.ts";
import { Viewing } from "../../src/model/viewing.ts";
import { directOpener, MadeShare, quickDerive, until } from "./made-share.ts";

/** What runs until it is closed, also after a test that failed. */
const closers: { close(): void }[] = [];
afterEach(() => {
  for (const open of closers.splice(0)) open.close();
});

/** How often words for rare rules were asked for. */
const spoken = { count: 0 };

const kept: string[] = [];
const memory = () => {
  const map = new Map<string, string>();
  return {
    getItem: (k: string) => map.get(k) ?? null,
    setItem(k: string, v: string) {
      kept.push(v);
      map.set(k, v);
    },
  };
};

interface Clock {
  skew: number;
}

function visit(share: MadeShare, clock: Clock = { skew: 0 }): Viewing {
  const ports: Ports = {
    api: share.viewApi,
    opener: directOpener(),
    derive: quickDerive,
    tab: openTab(memory),
    words: async () => {
      spoken.count++;
    },
    unlock: async (locks, { id, view }, key) => openLocks(locks, view, id, key.kind === "typed" ? key.text : ""),
    askToBeLetIn: (asking) => askToBeLetIn({ ...asking, api: share.viewApi, knocker: async () => knockRules }),
    now: () => Date.now() + clock.skew,
  };
  const viewing = new Viewing(ports, () => ({ id: share.id, view: share.view.slice() as Bytes }));
  viewing.start();
  closers.push(viewing);
  return viewing;
}

const is = (at: ViewState["at"]) => (s: ViewState) => s.at === at;
const problemOf = (s: ViewState) => (s.at === "gate" && !s.busy ? s.problem?.code : undefined);
const refusedWith = (code: string) => (s: ViewState) => problemOf(s) === code;
const typed = (text: string): Key => ({ kind: "typed", text });

const [mine, stranger] = await Promise.all([generateX25519Identity(), generateX25519Identity()]);

async function lockedShare(wanted: ConstructorParameters<typeof MadeShare>[0] = {}): Promise<MadeShare> {
  const r = random(32);
  const share = new MadeShare({ ...wanted, r });
  share.lock(await sealLocks(r, share.view, share.id, [await identityToRecipient(mine)]));
  return share;
}

test("a share for certain people: no key, nonsense, a public key, a stranger's, an SSH key, then the right one", async () => {
  const share = await lockedShare();
  const viewing = visit(share);
  await until(viewing, is("gate"));
  const tries: readonly (readonly [Key | undefined, string])[] = [
    [undefined, "empty-key"],
    [typed("  "), "empty-key"],
    [typed("open sesame"), "bad-key"],
    [typed(await identityToRecipient(mine)), "bad-key"],
    [typed("-----BEGIN OPENSSH PRIVATE KEY-----"), "ssh-key"],
    [typed(stranger), "wrong-key"],
  ];
  for (const [key, code] of tries) {
    viewing.press({ passphrase: "", ...(key ? { key } : {}) });
    await until(viewing, refusedWith(code));
  }
  viewing.press({ passphrase: "", key: typed(mine) });
  const state = await until(viewing, is("open"));
  assert.ok(state.at === "open" && state.share.photos[0]?.alt === "A door");
  viewing.close();
});

test("a key and a passphrase: a wrong passphrase does not ask for the key again", async () => {
  const share = await lockedShare({ passphrase: "seven quiet lamps", views: 1 });
  const viewing = visit(share);
  await until(viewing, is("gate"));
  viewing.press({ passphrase: "seven quiet limps", key: typed(mine) });
  const state = await until(viewing, refusedWith("wrong-passphrase"));
  assert.ok(state.at === "gate" && state.gate.admitted);
  assert.equal(share.takes.size, 0);
  viewing.press({ passphrase: "seven quiet lamps" });
  await until(viewing, is("open"));
  assert.equal(share.takes.size, 1);
  assert.ok(!kept.some((value) => value.includes("AGE-SECRET") || value.length > 32), "nothing of it is kept");
  viewing.close();
});

test("other locks behind the gate ask for the key again", async () => {
  const share = await lockedShare({ passphrase: "seven quiet lamps" });
  const viewing = visit(share);
  await until(viewing, is("gate"));
  viewing.press({ passphrase: "wrong as can be", key: typed(mine) });
  await until(viewing, refusedWith("wrong-passphrase"));
  const { revision } = share.statement;
  share.lock(await sealLocks(random(32), share.view, share.id, [await identityToRecipient(stranger)]));
  share.sign({ ...share.statement, revision: revision + 1 });
  viewing.press({ passphrase: "seven quiet lamps" });
  const state = await until(viewing, refusedWith("changed"));
  assert.ok(state.at === "gate" && !state.gate.admitted);
  viewing.close();
});

/** The owner's page of a share that asks first. */
function doorOf(share: MadeShare, r: Bytes): Door {
  const { listKnocks: list, answerKnock: answer, admitKnock: admit, refuseKnock: refuse } = share.doorApi;
  const door = new Door(
    {
      list,
      answer,
      admit,
      refuse,
      late: async () => knockRules,
      now: () => Date.now(),
      rest: (signal) => pause(20, signal),
    },
    share.signer,
    share.id,
    async () => r,
  );
  void door.watch();
  closers.push(door);
  return door;
}

/** Who waits for the owner's decision. */
const atTheDoor = async (door: Door) => {
  const { knocks } = await until(door, (s) => s.knocks.some((k) => k.status === "decide"));
  const visitor = knocks.find((k) => k.status === "decide");
  assert.ok(visitor);
  return visitor;
};

const wordsOf = (s: ViewState) =>
  s.at === "door" && s.knocking.step === "words" ? s.knocking.words?.join(" ") : undefined;

for (const [name, wanted] of [
  ["a plain one opens at once", {}],
  ["a limited one asks once more", { views: 1 }],
  ["one with a passphrase asks for it then", { passphrase: "seven quiet lamps" }],
] as const)
  test(`asking first, from one page to the other: ${name}`, async () => {
    const r = random(32);
    const share = new MadeShare({ ...wanted, r, askFirst: 1 });
    const viewing = visit(share);
    await until(viewing, is("gate"));
    assert.deepEqual(share.requests, ["open"], "nobody knocks before somebody presses");
    const door = doorOf(share, r);
    void viewing.ask();
    const words = wordsOf(await until(viewing, (s) => wordsOf(s) !== undefined));
    const visitor = await atTheDoor(door);
    assert.equal(visitor.words?.join(" "), words);
    assert.equal(viewing.state.at, "door", "words alone open nothing");
    await door.letIn(visitor.key);
    if (!("views" in wanted) && !("passphrase" in wanted)) await until(viewing, is("open"));
    else {
      await until(viewing, (s) => s.at === "gate" && s.gate.admitted);
      viewing.press({ passphrase: "passphrase" in wanted ? wanted.passphrase : "" });
      await until(viewing, is("open"));
    }
    assert.deepEqual(
      door.state.knocks.map((k) => k.status),
      ["in"],
    );
    door.close();
    viewing.close();
  });

test("asking first: refused, and then let in after all", async () => {
  const r = random(32);
  const share = new MadeShare({ r, askFirst: 1 });
  const viewing = visit(share);
  await until(viewing, is("gate"));
  const door = doorOf(share, r);
  void viewing.ask();
  const first = await atTheDoor(door);
  await door.refuse(first.key);
  await until(viewing, refusedWith("refused"));
  void viewing.ask();
  const second = await atTheDoor(door);
  assert.notEqual(second.key, first.key, "a fresh knock");
  await door.letIn(second.key);
  await until(viewing, is("open"));
  door.close();
  viewing.close();
});

test("asking first: nobody answers, the place is full, somebody stops asking", async () => {
  const share = new MadeShare({ r: random(32), askFirst: 1 });
  const clock = { skew: 0 };
  const viewing = visit(share, clock);
  await until(viewing, is("gate"));
  void viewing.ask();
  await until(viewing, (s) => s.at === "door" && s.knocking.step === "waiting" && !s.knocking.slow);
  clock.skew = 60_000;
  await until(viewing, (s) => s.at === "door" && s.knocking.slow);
  clock.skew = 16 * 60_000;
  // Each look sets the end anew by the server's clock; what passed since counts.
  share.knocks = share.knocks.map((k) => ({ ...k, since: k.since - 16 * 60_000 }));
  await until(viewing, refusedWith("expired"));
  share.knocks = [];
  for (let i = 0; i < 8; i++) await share.viewApi.knock(share.id, random(32), random(32));
  void viewing.ask();
  const full = await until(viewing, refusedWith("full"));
  assert.ok(full.at === "gate" && full.problem?.until === undefined, "a place may become free at any time");
  share.knocks = [];
  void viewing.ask();
  await until(viewing, is("door"));
  viewing.cancel();
  const state = await until(viewing, is("gate"));
  assert.equal(problemOf(state), undefined);
  viewing.close();
});

test("asking first: the server answers in the owner's place, or swaps the answer after the words", async () => {
  const share = new MadeShare({ r: random(32), askFirst: 1 });
  const viewing = visit(share);
  await until(viewing, is("gate"));
  const { knock, reveal } = share.viewApi;
  share.viewApi.knock = async (...args) => ({
    ...(await knock(...args)),
    status: 2,
    o: random(32),
    signature: random(64),
  });
  void viewing.ask();
  const state = await until(viewing, is("failed"));
  assert.equal(state.at === "failed" && state.code, "damaged");
  share.viewApi.knock = knock;
  share.knocks = [];
  share.viewApi.reveal = async (...args) => ({ ...(await reveal(...args)), o: random(32) });
  viewing.retry();
  await until(viewing, is("gate"));
  const door = doorOf(share, random(32));
  void viewing.ask();
  const after = await until(viewing, is("failed"));
  assert.equal(after.at === "failed" && after.code, "damaged");
  door.close();
  viewing.close();
});

test("an open share that its sender closes behind a question: the words are there, and the door is shown", async () => {
  const share = new MadeShare();
  const viewing = visit(share);
  await until(viewing, is("open"));
  assert.ok(viewing.state.at === "open");
  const variant = viewing.state.share.photos[0]?.variants[0];
  assert.ok(variant);
  share.sign({ ...share.statement, revision: 2, askFirst: 1 });
  share.unlock = random(32);
  const before = spoken.count;
  await assert.rejects(viewing.read(viewing.state.share, variant, new AbortController().signal), {
    name: "AbortError",
  });
  const state = await until(viewing, refusedWith("changed"));
  assert.ok(state.at === "gate" && !state.gate.admitted);
  assert.equal(spoken.count, before + 1);
});

test("an access log: told before, noted once when Open is pressed, and not again while originals are awaited", async () => {
  const owner = random(32);
  const share = new MadeShare({ logKey: logKey(owner, random(16)), stage: 1 });
  const viewing = visit(share);
  const state = await until(viewing, is("gate"));
  assert.ok(state.at === "gate" && state.gate.statement.logKey.length === 32);
  assert.equal(share.noted, 0, "looking is not opening");
  viewing.press({ passphrase: "" });
  await until(viewing, is("open"));
  assert.equal(share.noted, 1);
  assert.ok(viewing.state.at === "open");
  const variant = viewing.state.share.photos[0]?.variants[0];
  assert.ok(variant);
  share.pepper.fill(1); // parts say "gone"; the page looks again, and finds the same revision
  const { readParts } = share.viewApi;
  share.viewApi.readParts = async function* () {
    const { ApiError } = await import("../../src/api/errors.ts");
    throw new ApiError("gone");
    // biome-ignore lint/correctness/noUnreachable: a generator has to yield
    yield new Uint8Array(0);
  };
  await assert.rejects(viewing.read(viewing.state.share, variant, new AbortController().signal));
  share.viewApi.readParts = readParts;
  assert.equal(share.noted, 1, "looking again is not opening");
  viewing.close();
});

test("other people by the manage link: who was named before opens nothing, who is named now opens", async () => {
  const share = await lockedShare();
  const { owner, view, statement, manifest, ownerBox, pepper } = share;
  const owned = { owner, view, statement, manifest, ownerBox, pepper };
  const before = heldR(owned);
  const next = await changeRecipients(share.signer, owned, {
    recipients: [await identityToRecipient(stranger)],
    askFirst: true,
  });
  const [doc, sig, sealed, locks, box, , unlock, , fresh, k] = next.args as readonly Bytes[];
  assert.ok(doc && sig && sealed && locks && box && unlock && fresh);
  assert.equal(k, null, "the passphrase stays as it is");
  const s = openStatement(doc, sig, share.id);
  assert.deepEqual([s.revision, s.askFirst, s.suite], [2, 1, 0]);
  assert.deepEqual(s.locks, kdf.sha(locks));
  assert.equal(await openLocks(locks, view, share.id, mine), undefined);
  const r = await openLocks(locks, view, share.id, stranger);
  assert.ok(r);
  assert.notDeepEqual(r, before);
  assert.notDeepEqual(fresh, pepper);
  assert.deepEqual(unlock, kdf.sha(kdf.unlockToken(view, new Uint8Array(0) as Bytes, r, share.id)));
  const now = { owner, view, statement: s, manifest: sealed, ownerBox: box, pepper: fresh };
  assert.deepEqual(heldR(now), r);
  assert.equal(openOwned(now).title, "Doors");
  const open = await changeRecipients(share.signer, now, { recipients: [], askFirst: false });
  assert.deepEqual([open.statement.locks.length, open.statement.askFirst, open.args[3]], [0, 0, new Uint8Array(0)]);
  const asked = await changeRecipients(share.signer, now, { recipients: [], askFirst: true });
  assert.deepEqual([asked.statement.locks.length, asked.statement.askFirst], [0, 1]);
});

test("a reply that stops in the middle is given up; one that comes slowly is not", async () => {
  const server = http.createServer((request, response) => {
    response.writeHead(200, { "Content-Length": "3" });
    response.write("a");
    if (request.url === "/slow")
      for (const [i, c] of ["b", "c"].entries()) setTimeout(() => response.write(c), 60 * (i + 1));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { signal } = new AbortController();
    await assert.rejects(bytesOf(await fetch(`${url}/stalled`), signal, 100), { code: "unreachable" });
    assert.equal((await readBody(await fetch(`${url}/slow`), 500))?.length, 3);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
