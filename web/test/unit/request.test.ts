// The page that sends to who asked: what it says of a mailbox before anything is chosen, and making one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ApiCode, ApiError } from "../../src/api/errors.ts";
import { requestFault } from "../../src/api/request.ts";
import { type Bytes, random } from "../../src/format/bytes.ts";
import { printCode } from "../../src/format/code.ts";
import { FormatError } from "../../src/format/errors.ts";
import { idOf } from "../../src/format/kdf.ts";
import { encodeMailbox, type MailboxDocument, mailboxView, openMailbox } from "../../src/format/mailbox.ts";
import { mailboxRecipient, openPosts, sealPost } from "../../src/format/posts.ts";
import { signer } from "../../src/format/signature.ts";
import { Requesting, type RequestPorts } from "../../src/model/request.ts";
import { makeRequest } from "../../src/model/request-make.ts";
import type { SendModel } from "../../src/model/send.ts";

const owner = random(32);
const s = signer(owner);
const id = idOf(s.publicKey);
const view = mailboxView(owner, id);
const recipient = await mailboxRecipient(owner, id);
const now = Date.now();
const good: MailboxDocument = {
  id,
  owner: s.publicKey,
  revision: 1,
  created: now - 1000,
  expires: now + 9e6,
  open: 1,
  recipient,
};

interface Mailbox {
  readonly document?: MailboxDocument;
  readonly stored?: number;
  readonly fails?: ApiCode;
  readonly by?: typeof s;
}

/** Enough of a send model: its phases are moved by the test. */
function fakeSender() {
  const share = { id: "", viewCode: printCode({ kind: "view", id: random(16), view: random(16) }), manageCode: "" };
  const model = {
    phase: "choosing",
    photos: [{}],
    sending: { share },
    site: { lifetime: 6e8, longest: 8e9 },
    prepare: { unconverted: [], photos: [{}], add() {}, clear() {} },
    cancelled: false,
    set() {},
    async send() {},
    async cancel() {
      model.cancelled = true;
    },
    resume() {},
  };
  return model;
}

function page(
  { document = good, stored = 0, fails, by = s }: Mailbox,
  posts: (sealed: Bytes) => Promise<void> = async () => {},
  link = () => ({ id, view: view.slice() as Bytes }),
) {
  const sender = fakeSender();
  let changed = () => {};
  const ports: RequestPorts = {
    api: {
      openMailboxAt: async () => {
        if (fails) throw new ApiError(fails);
        const bytes = encodeMailbox(document);
        return { document: bytes, signature: by.sign("mailbox", bytes), stored, now: Date.now() };
      },
      postTo: (_id, _token, sealed) => posts(sealed),
    },
    sealPost,
    faultOf: requestFault,
    sleep: async () => {},
    sender: (_link, heard) => {
      changed = heard;
      return sender as unknown as SendModel;
    },
    now: () => Date.now(),
  };
  const model = new Requesting(ports, link, () => {});
  const move = (phase: string) => {
    sender.phase = phase;
    changed();
  };
  return { model, sender, move };
}

for (const [name, mailbox, want] of [
  ["open", {}, "ready"],
  ["closed", { document: { ...good, open: 0 } }, "closed"],
  ["full", { stored: 200 }, "full"],
  ["expired, by the server's clock", { document: { ...good, created: 1, expires: now - 1 } }, "ended"],
  ["gone", { fails: "gone" }, "ended"],
  ["signed by somebody else", { by: signer(random(32)) }, "damaged"],
  ["under another key", { document: { ...good, owner: signer(random(32)).publicKey } }, "damaged"],
  ["too many questions", { fails: "later" }, "later"],
  ["the server away", { fails: "unreachable" }, "unreachable"],
  ["an odd reply", { fails: "reply" }, "server"],
] as readonly (readonly [string, Mailbox, string])[])
  test(`a mailbox that is ${name}`, async () => {
    const { model } = page(mailbox);
    await model.start();
    assert.equal(model.state.at === "failed" ? model.state.code : model.state.at, want);
    model.leave();
  });

test("a link that is none is told before anything is asked", async () => {
  const { model } = page({ fails: "unreachable" }, undefined, () => {
    throw new FormatError("link-cut", "cut");
  });
  await model.start();
  assert.ok(model.state.at === "failed" && model.state.code === "link-cut");
});

const settle = () => new Promise((resolve) => setTimeout(resolve, 60));

test("posts once the share opens, is delivered when all has arrived, and the maker can read it", async () => {
  const posted: Bytes[] = [];
  const { model, sender, move } = page({}, async (sealed) => void posted.push(sealed));
  await model.start();
  move("uploading");
  await settle();
  assert.equal(posted.length, 0, "nothing is posted that does not open");
  move("opens");
  await settle();
  move("opens");
  assert.equal(posted.length, 1);
  assert.equal(model.state.at, "ready");
  move("complete");
  assert.equal(model.state.at, "delivered");
  const { arrived } = await openPosts(owner, id, [{ received: 1, sealed: posted[0] ?? random(1) }]);
  assert.equal(arrived[0]?.viewCode, sender.sending.share.viewCode);
});

test("a post that gets lost is sent again, the same bytes; one that is refused deletes the photos", async () => {
  const posted: Bytes[] = [];
  const { model, move } = page({}, async (sealed) => {
    posted.push(sealed);
    if (posted.length < 3) throw new ApiError("unreachable");
  });
  await model.start();
  move("complete");
  await settle();
  assert.equal(model.state.at, "delivered");
  assert.equal(posted.length, 3);
  assert.deepEqual(posted[0], posted[2]);

  const closed = page({}, async () => {
    throw new ApiError("closed");
  });
  await closed.model.start();
  closed.move("opens");
  await settle();
  assert.ok(closed.model.state.at === "failed" && closed.model.state.code === "closed");
  assert.ok(closed.sender.cancelled);
});

test("making a request link: created is the server's time, and the document is the maker's", async () => {
  let document: MailboxDocument | undefined;
  const made = await makeRequest(
    {
      recipient: mailboxRecipient,
      makeMailbox: async (maker, _owner, box, build) => {
        document = build(5000);
        const bytes = encodeMailbox(document);
        assert.deepEqual(openMailbox(bytes, maker.sign("mailbox", bytes), box), document);
        return document;
      },
    },
    3_600_000,
    "",
    new AbortController().signal,
  );
  assert.deepEqual([document?.created, document?.expires, document?.open, document?.revision], [5000, 3_605_000, 1, 1]);
  assert.equal(made.expires, 3_605_000);
  assert.deepEqual(made.view, mailboxView(made.owner, made.id));
});
