// The whole of sending without a browser: model, preparing, uploading and deleting, against an engine and a server that
// keep to the protocol and fail on command.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault, type FaultCode } from "../../src/engine/fault.ts";
import type { Coded, PackCalls, Part, Stripped } from "../../src/engine/protocol.ts";
import { decode, encode } from "../../src/format/msgpack.ts";
import { SendModel } from "../../src/model/send.ts";
import type { SendFault } from "../../src/model/send-courier.ts";
import type { Phase, SendPorts } from "../../src/model/send-state.ts";

const bytes = (n: number) => new Uint8Array(n);
const stripped: Stripped = {
  blob: new Blob([bytes(1000)]),
  media: 1,
  format: "JPEG",
  width: 40,
  height: 30,
  orientation: 1,
  alpha: false,
  animated: false,
  wide: false,
  findings: [],
  caption: "",
  credit: "",
  plan: [],
  pixelsOnly: [],
};
const coded: readonly Coded[] = [{ role: 2, media: 3, width: 40, height: 30, blob: new Blob([bytes(200)]) }];

/** Packs as the engine does: parts of 256 bytes come out while it seals and wait to be taken. */
class FakePack {
  readonly #onPart: (part: Part) => void;
  readonly #once: boolean;
  readonly said: string[] = [];
  readonly #out = new Set<string>();
  #room: (() => void) | undefined;
  #sealed = [0, 0];
  closed = false;
  /** What stood for the reply to create. */
  begun: unknown;

  constructor(onPart: (part: Part) => void, once: boolean) {
    this.#onPart = onPart;
    this.#once = once;
  }

  close(): void {
    this.closed = true;
  }

  async call<Name extends keyof PackCalls>(
    name: Name,
    ...args: Parameters<PackCalls[Name]>
  ): Promise<ReturnType<PackCalls[Name]>> {
    if (name !== "taken") this.said.push(name);
    return (await this.#answer(name, args)) as ReturnType<PackCalls[Name]>;
  }

  async #answer(name: keyof PackCalls, args: readonly unknown[]): Promise<unknown> {
    switch (name) {
      case "newShare":
        return { id: "ab".repeat(16), viewCode: "view", manageCode: "manage" };
      case "begin":
        this.begun = args[0];
        return undefined;
      case "state":
      case "upload":
        return new TextEncoder().encode(name);
      case "addPhoto":
        return this.#seal(0, 200);
      case "addRest":
        return this.#seal(
          1,
          (args[1] as readonly Coded[]).reduce((sum, { blob }) => sum + blob.size, 0),
        );
      case "commitQuick":
        return this.#once ? undefined : bytes(1);
      case "taken":
        this.#out.delete(`${args[0]} ${args[1]}`);
        this.#room?.();
        return undefined;
      default:
        return bytes(1);
    }
  }

  async #seal(bundle: 0 | 1, size: number): Promise<number> {
    for (let done = 0; done < size; done += 256) {
      const offset = this.#sealed[bundle] ?? 0;
      const length = Math.min(256, size - done);
      const part = Math.floor(offset / 200);
      this.#sealed[bundle] = offset + length;
      this.#out.add(`${bundle} ${part}`);
      this.#onPart({
        upload: { id: `u${bundle}`, token: "t" },
        bundle,
        part,
        offset,
        bytes: bytes(length),
        digest: "",
      });
      while (this.#out.size > 2)
        await new Promise<void>((resolve) => {
          this.#room = resolve;
        });
    }
    return this.#sealed[bundle] ?? 0;
  }
}

interface Trouble {
  /** Faults of requests, by what is asked; the first is used up first. */
  create?: SendFault[];
  put?: SendFault[];
  owner?: SendFault[];
  /** Faults of files, by name. */
  files?: Record<string, FaultCode>;
  /** Faults that pass after the first photo. */
  page?: FaultCode[];
  guesses?: number;
  /** Views of a file of that name are long in coming, after it was decoded. */
  slow?: string;
  /** Views of that file never come. */
  lost?: boolean;
  /** Nothing that rests wakes up again. */
  asleep?: boolean;
  /** State of the share in the reply to state. */
  life?: number;
}

const created = 1_790_000_000_123;

class Scene {
  readonly marks: string[] = [];
  readonly phases: Phase[] = [];
  readonly requests: string[] = [];
  readonly model: SendModel;
  pack: FakePack | undefined;
  /** Whether variants were made of pixels only, each time that some were. */
  readonly encoded: boolean[] = [];
  onPause: () => void = () => undefined;

  constructor(trouble: Trouble = {}) {
    const fail = (of: "create" | "put" | "owner") => {
      const fault = trouble[of]?.shift();
      if (fault) throw fault;
    };
    const request = async (what: "create" | "put" | "owner" | "challenge", signal: AbortSignal) => {
      this.requests.push(what);
      await new Promise((resolve) => setTimeout(resolve, 1));
      signal.throwIfAborted();
      if (what !== "challenge") fail(what);
      return bytes(1);
    };
    let grants = 0;
    const owner = async (body: Uint8Array, signal: AbortSignal) => {
      await request("owner", signal);
      const none = bytes(0);
      const asked = new TextDecoder().decode(body);
      if (asked === "state") return encode([none, none, none, none, none, none, 0, 0, created, trouble.life ?? 1]);
      if (asked === "upload") return encode([bytes(16).fill(++grants), bytes(32).fill(grants)]);
      return bytes(1);
    };
    const ports: SendPorts = {
      engine: {
        strip: async (photo) => {
          if ((photo as File).name.startsWith("late")) await new Promise((resolve) => setTimeout(resolve, 20));
          const code = trouble.page?.shift() ?? trouble.files?.[(photo as File).name];
          if (code) throw new Fault(code);
          return stripped;
        },
        convert: async () => stripped,
        edit: async () => stripped,
        encode: async (photo, _stripped, signal, { pixelsOnly, decoded }) => {
          signal.throwIfAborted();
          this.encoded.push(pixelsOnly);
          if ((photo as File).name === trouble.slow) {
            decoded();
            await new Promise((resolve) => setTimeout(resolve, 40));
            if (trouble.lost) throw new Fault("memory");
          }
          return coded;
        },
        further: async () => {
          this.requests.push("(further)");
          return coded; // what goes with the original
        },
        tiles: async () => undefined,
        pack: async (onPart) => {
          this.pack = new FakePack(onPart, this.model.sending?.views !== 0);
          return this.pack;
        },
      },
      api: {
        owner: (_, body, signal) => owner(body, signal),
        create: (_, __, signal) => request("create", signal),
        challenge: (_, signal) => request("challenge", signal),
        put: async (_, __, signal) => void (await request("put", signal)),
      },
      faultOf: (thrown) =>
        typeof (thrown as SendFault).retry === "string"
          ? (thrown as SendFault)
          : { retry: "never", code: (thrown as { code?: string }).code ?? "internal" },
      sleep: async () => (trouble.asleep ? new Promise<void>(() => undefined) : undefined),
      now: () => 1_790_000_000_000,
      strength: async () => ({ guesses: trouble.guesses ?? 1e12, warning: "" }),
      mark: (name) => this.marks.push(name),
    };
    this.model = new SendModel(ports, () => this.#note());
  }

  choose(...names: string[]): this {
    this.model.prepare.add(names.map((name) => new File([bytes(500)], name)));
    return this;
  }

  #note(): void {
    const { phase, sending } = this.model;
    if (this.phases.at(-1) !== phase) this.phases.push(phase);
    if (sending?.paused) this.onPause();
  }
}

const again: SendFault = { retry: "again", code: "away" };
const full: SendFault = { retry: "wait", code: "full" };
const exists: SendFault = { retry: "never", code: "exists" };
const gone: SendFault = { retry: "never", code: "gone" };
const tick = () => new Promise((resolve) => setTimeout(resolve, 2));

test("what goes with the originals is begun before the link opens, when all is made that it opens with", async () => {
  const s = new Scene({ asleep: true }).choose("a.jpg", "b.jpg");
  await s.model.send();
  const begun = s.requests.indexOf("(further)");
  assert.ok(begun >= 0 && begun < s.requests.indexOf("owner"), s.requests.join(" "));
  assert.equal(s.encoded.length, 2);
});

test("a share opens before it is complete", async () => {
  const s = new Scene().choose("a.jpg", "b.jpg");
  await s.model.send();
  assert.deepEqual(s.phases, ["choosing", "packing", "uploading", "opens", "complete"]);
  assert.deepEqual(s.marks, ["safelight:link", "safelight:opens", "safelight:complete"]);
  assert.deepEqual(s.pack?.said, [
    "newShare",
    "create",
    "begin",
    "addPhoto",
    "addPhoto",
    "commitQuick",
    "beginFull",
    "addRest", // the original of the first, then what was made meanwhile
    "addRest",
    "addRest",
    "addRest",
    "publish",
  ]);
  assert.equal(s.model.sending?.share?.viewCode, "view");
  assert.ok(s.pack.closed, "the worker with the secrets is ended");
  assert.equal(s.model.secondsLeft ?? 0, 0);
});

test("the original of the first photo is on its way while its views are made", async () => {
  const s = new Scene({ slow: "a.jpg" }).choose("a.jpg", "b.jpg");
  await s.model.send();
  assert.equal(s.model.phase, "complete");
  assert.deepEqual(s.pack?.said.slice(3), [
    "beginFull",
    "addRest", // the original of the first
    "addPhoto",
    "addPhoto",
    "commitQuick",
    "addRest", // what was made meanwhile
    "addRest",
    "addRest",
    "publish",
  ]);
});

test("that of another photo is not, and with pixels only none is", async () => {
  const s = new Scene({ slow: "b.jpg" }).choose("a.jpg", "b.jpg");
  await s.model.send();
  assert.deepEqual(s.pack?.said.slice(3, 7), ["addPhoto", "addPhoto", "commitQuick", "beginFull"]);
  const pixels = new Scene({ slow: "a.jpg" }).choose("a.jpg");
  pixels.model.set({ pixelsOnly: true });
  await pixels.model.send();
  assert.ok(!pixels.pack?.said.includes("addRest"));
});

test("an original that was sent early never stands behind another photo", async () => {
  const s = new Scene({ slow: "a.jpg", lost: true }).choose("a.jpg", "b.jpg");
  await s.model.send();
  assert.equal(s.model.phase, "failed");
  assert.equal(s.model.problem, "memory");
  assert.ok(!s.pack?.said.includes("addPhoto"));
  assert.ok(s.pack?.said.includes("remove"), "what the server has of it is deleted");
  await s.model.cancel();
  await s.model.send();
  assert.equal(s.model.phase, "complete");
});

test("with a view limit it opens when it is complete", async () => {
  const s = new Scene().choose("a.jpg");
  s.model.set({ views: "1" });
  await s.model.send();
  assert.deepEqual(s.phases, ["choosing", "packing", "uploading", "complete"]);
  assert.deepEqual(s.marks, ["safelight:link", "safelight:opens", "safelight:complete"]);
  assert.equal(s.requests.filter((what) => what === "owner").length, 1);
});

test("pixels only: nothing of the original is packed, and the next share begins without that rule", async () => {
  const s = new Scene().choose("a.jpg");
  s.model.set({ pixelsOnly: true });
  await s.model.send();
  assert.equal(s.model.phase, "complete");
  assert.ok(!s.pack?.said.includes("addRest"));
  assert.equal(s.model.sending?.fields.pixelsOnly, true);
  s.model.again();
  assert.equal(s.model.fields.pixelsOnly, false);
  s.choose("b.jpg");
  await s.model.send();
  assert.ok(s.pack?.said.includes("addRest"));
  assert.deepEqual(s.encoded, [true, false], "variants are made as the rule of their share says");
});

test("the manage link can be given away once the share is complete", async () => {
  const s = new Scene().choose("a.jpg");
  s.model.forget();
  await s.model.send();
  assert.equal(s.model.sending?.share?.manageCode, "manage");
  s.model.forget();
  assert.equal(s.model.sending?.share?.manageCode, "");
  assert.equal(s.model.sending?.share?.viewCode, "view");
});

test("requests that fail are made again, each by itself", async () => {
  const s = new Scene({ create: [again], put: [again, again], owner: [again] }).choose("a.jpg", "b.jpg");
  await s.model.send();
  assert.equal(s.model.phase, "complete");
  const count = (what: string) => s.requests.filter((r) => r === what).length;
  assert.deepEqual([count("create"), count("owner")], [2, 3]);
  assert.equal(count("put"), 2 + 2 + 2 * (4 + 1));
});

test("a lost reply to create is gone on from, under the same link", async () => {
  const s = new Scene({ create: [again, exists], owner: [again, again] }).choose("a.jpg");
  await s.model.send();
  assert.equal(s.model.phase, "complete");
  assert.deepEqual(
    s.pack?.said.filter((what) => what !== "state" && what !== "upload").slice(0, 3),
    ["newShare", "create", "begin"],
    "one share, announced with one body",
  );
  assert.equal(s.marks.filter((mark) => mark === "safelight:link").length, 1);
  assert.deepEqual(s.pack.said.slice(2, 7), ["state", "state", "state", "upload", "upload"]);
  assert.deepEqual(
    decode(s.pack.begun as Uint8Array<ArrayBuffer>),
    [created, [1, 2].map((n) => [bytes(16).fill(n), bytes(32).fill(n)])],
    "created is the server's, the uploads are new",
  );
});

test("an id that something was committed under is not gone on with", async () => {
  const s = new Scene({ create: [exists], life: 2 }).choose("a.jpg");
  await s.model.send();
  assert.equal(s.model.phase, "failed");
  assert.equal(s.model.problem, "reply");
  assert.equal(s.pack?.begun, undefined);
});

test("a full disk waits for a person and then goes on", async () => {
  const s = new Scene({ put: [full] }).choose("a.jpg");
  const codes: (string | undefined)[] = [];
  s.onPause = () => {
    codes.push(s.model.sending?.paused?.code);
    setTimeout(() => s.model.resume(), 1);
  };
  await s.model.send();
  assert.equal(s.model.phase, "complete");
  assert.ok(codes.includes("full"));
  assert.equal(s.model.sending?.paused, undefined);
});

test("what cannot be mended fails, is deleted, and leaves the photos", async () => {
  const s = new Scene({ put: [gone] }).choose("a.jpg");
  s.model.set({ passphrase: "kept for the next try" });
  await s.model.send();
  assert.equal(s.model.phase, "failed");
  assert.equal(s.model.problem, "gone");
  assert.deepEqual(s.requests.slice(-2), ["challenge", "owner"]);
  assert.equal(s.pack?.said.at(-1), "remove");
  assert.ok(s.pack.closed);
  s.model.again();
  assert.equal(s.model.photos.length, 1);
  assert.equal(s.model.fields.passphrase, "kept for the next try");
  await s.model.send();
  assert.equal(s.model.phase, "complete");
});

test("cancelling deletes and goes back to the photos", async () => {
  const s = new Scene({ put: [full] }).choose("a.jpg", "b.jpg");
  const paused = new Promise<void>((resolve) => {
    s.onPause = resolve;
  });
  const sending = s.model.send();
  await paused;
  await s.model.cancel();
  await sending;
  assert.equal(s.model.phase, "choosing");
  assert.equal(s.model.sending, undefined);
  assert.equal(s.pack?.said.at(-1), "remove");
  assert.deepEqual(s.requests.slice(-2), ["challenge", "owner"]);
  assert.equal(s.model.photos.length, 2);
});

test("files that are none are left out, the others go", async () => {
  const s = new Scene({ files: { "notes.pdf": "not-a-photo", "broken.jpg": "damaged" } });
  s.choose("a.jpg", "notes.pdf", "broken.jpg", "b.jpg");
  s.model.prepare.add([new File([], "empty.jpg")]);
  await tick();
  assert.deepEqual(
    s.model.prepare.leftOut.map(({ name, code }) => `${name} ${code}`),
    ["empty.jpg empty", "notes.pdf not-a-photo", "broken.jpg damaged"],
  );
  assert.equal(s.model.photos.length, 2);
  await s.model.send();
  assert.equal(s.pack?.said.filter((what) => what === "addPhoto").length, 2);
});

test("nothing left to send fails, and is deleted", async () => {
  const s = new Scene({ files: { "late.jpg": "damaged" } }).choose("late.jpg");
  await s.model.send();
  assert.equal(s.model.phase, "failed");
  assert.equal(s.model.problem, "nothing");
  assert.deepEqual(s.requests, ["create", "challenge", "owner"]);
});

test("a problem of the page keeps the photos until it is mended", async () => {
  const s = new Scene({ page: ["away"] }).choose("a.jpg");
  await tick();
  assert.equal(s.model.problem, "away");
  assert.equal(s.model.photos.length, 1);
  s.model.prepare.retry();
  await tick();
  assert.equal(s.model.problem, undefined);
  assert.ok(s.model.prepare.ready);
});

test("a weak passphrase is refused before anything is sent", async () => {
  const s = new Scene({ guesses: 1e8 }).choose("a.jpg");
  s.model.set({ passphrase: "summer" });
  await s.model.send();
  assert.equal(s.model.phase, "choosing");
  assert.equal(s.model.faults.passphrase, "passphrase-weak");
  assert.deepEqual(s.requests, []);
});

test("photos are moved, described and removed", async () => {
  const s = new Scene().choose("a.jpg", "b.jpg", "c.jpg");
  const names = () => s.model.photos.map((photo) => photo.file.name).join(" ");
  const [a, b] = s.model.photos;
  assert.ok(a && b);
  s.model.prepare.move(a.key, 2);
  assert.equal(names(), "b.jpg c.jpg a.jpg");
  s.model.prepare.move(a.key, -5);
  assert.equal(names(), "a.jpg b.jpg c.jpg");
  s.model.prepare.describe(a.key, { alt: "A lamp" });
  assert.equal(s.model.photos[0]?.alt, "A lamp");
  s.model.prepare.remove(b.key);
  assert.equal(names(), "a.jpg c.jpg");
});

test("the site's rules become the first ones", () => {
  const s = new Scene();
  const site = { ...s.model.site, lifetime: 86_400_000, longest: 7 * 86_400_000 };
  s.model.know(site);
  assert.equal(s.model.fields.expires, "1d");
  s.model.set({ expires: "8d" });
  assert.equal(s.model.faults.expires, "expires-long");
  s.model.know(site);
  assert.equal(s.model.fields.expires, "8d");
});
