// Asking first, the owner's side: each knock is answered once, words are shown only when everything fits, R goes to whom
// the owner lets in and to nobody else.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, hex, random } from "../../src/format/bytes.ts";
import { idOf } from "../../src/format/kdf.ts";
import { admitted, type Knocker, newKnocker, viewerWords } from "../../src/format/knock.ts";
import { signer } from "../../src/format/signature.ts";
import { Door, type DoorPorts, type Knock } from "../../src/model/manage-door.ts";
import { late, MadeDoor } from "./made-door.ts";

class Scene {
  readonly signer = signer(random(32));
  readonly id = idOf(this.signer.publicKey);
  readonly r: Bytes = random(32);
  readonly server = new MadeDoor(this.id);
  readonly door: Door;
  #wake: () => void = () => undefined;

  constructor(other: Partial<Awaited<ReturnType<DoorPorts["late"]>>> = {}) {
    const { list, answer, admit, refuse } = this.server;
    const rest = (signal: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        this.#wake = resolve;
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      });
    const ports: DoorPorts = {
      list,
      answer,
      admit,
      refuse,
      late: async () => ({ ...late, ...other }),
      now: Date.now,
      rest,
    };
    this.door = new Door(ports, this.signer, this.id, async () => this.r);
    void this.door.watch();
  }

  /** Looks once more, and waits for what is to be seen. */
  async sees(test: (knocks: readonly Knock[]) => boolean): Promise<readonly Knock[]> {
    for (let n = 0; n < 200; n++) {
      if (test(this.door.state.knocks)) return this.door.state.knocks;
      this.#wake();
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    throw new Error(`not seen: ${JSON.stringify(this.door.state)}`);
  }

  /** Looks once more. */
  async looks(): Promise<void> {
    const before = this.server.lists;
    for (let n = 0; n < 2000 && this.server.lists === before; n++) {
      this.#wake();
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  of(knocker: Knocker): Knock | undefined {
    return this.door.state.knocks.find(({ key }) => key === hex(knocker.c));
  }
}

const every = (status: string) => (knocks: readonly Knock[]) =>
  knocks.length > 0 && knocks.every((knock) => knock.status === status);

test("a knock is answered, both see the same words, and who is let in gets R", async () => {
  const scene = new Scene();
  const knocker = scene.server.knock();
  await scene.sees(() => scene.server.listed(knocker.c)?.status === 2);
  scene.server.reveal(knocker);
  const [knock] = await scene.sees(every("decide"));
  const { o, signature } = scene.server.listed(knocker.c) ?? assert.fail();
  assert.deepEqual(knock?.words, viewerWords(knocker, scene.signer.publicKey, o, signature));
  await scene.door.letIn(hex(knocker.c));
  assert.equal(scene.of(knocker)?.status, "in");
  const { box, signature: signed } = scene.server.admitted.get(hex(knocker.c)) ?? assert.fail();
  assert.deepEqual(admitted(knocker, scene.signer.publicKey, box, signed), scene.r);
  scene.door.close();
});

test("who is refused gets nothing", async () => {
  const scene = new Scene();
  const knocker = scene.server.knock();
  await scene.sees(() => scene.server.listed(knocker.c)?.status === 2);
  scene.server.reveal(knocker);
  await scene.sees(every("decide"));
  await scene.door.refuse(hex(knocker.c));
  assert.equal(scene.of(knocker)?.status, "refused");
  assert.equal(scene.server.admitted.size, 0);
  scene.door.close();
});

test("nobody is let in before the words are there", async () => {
  const scene = new Scene();
  const knocker = scene.server.knock();
  await scene.sees((knocks) => knocks.length === 1);
  await scene.door.letIn(hex(knocker.c));
  assert.equal(scene.server.admitted.size, 0);
  scene.door.close();
});

test("two with the same words are both refused, and it is said why", async () => {
  const scene = new Scene({
    ownerWords: (_owner, _id, { vpk }) => (vpk.length > 0 ? ["oak", "pen", "sea"] : undefined),
  });
  const knockers = [scene.server.knock(), scene.server.knock()];
  await scene.sees(() => knockers.every(({ c }) => scene.server.listed(c)?.status === 2));
  for (const knocker of knockers) scene.server.reveal(knocker);
  await scene.sees(every("same"));
  assert.ok(knockers.every(({ c }) => scene.server.listed(c)?.status === 5));
  scene.door.close();
});

test("different words are not refused by themselves", async () => {
  const scene = new Scene();
  const knockers = [scene.server.knock(), scene.server.knock()];
  await scene.sees(() => knockers.every(({ c }) => scene.server.listed(c)?.status === 2));
  for (const knocker of knockers) scene.server.reveal(knocker);
  await scene.sees(every("decide"));
  scene.door.close();
});

const lies: readonly { name: string; lie: (knocker: Knocker) => { vpk?: Bytes; n?: Bytes; o?: Bytes } }[] = [
  { name: "another key", lie: ({ id }) => ({ vpk: newKnocker(id).key.publicKey }) },
  { name: "another n", lie: () => ({ n: random(32) }) },
  { name: "an answer that is not the owner's", lie: () => ({ o: random(32) }) },
];

for (const { name, lie } of lies)
  test(`the server shows ${name}: no words, and nobody gets in`, async () => {
    const scene = new Scene();
    const knocker = scene.server.knock();
    await scene.sees(() => scene.server.listed(knocker.c)?.status === 2);
    scene.server.reveal(knocker, lie(knocker));
    await scene.sees(every("forged"));
    assert.equal(scene.of(knocker)?.words, undefined);
    await scene.door.letIn(hex(knocker.c));
    assert.equal(scene.server.admitted.size, 0);
    scene.door.close();
  });

test("a key that is swapped after the words were shown gets nothing", async () => {
  const scene = new Scene();
  const knocker = scene.server.knock();
  await scene.sees(() => scene.server.listed(knocker.c)?.status === 2);
  scene.server.reveal(knocker);
  await scene.sees(every("decide"));
  scene.server.change(knocker.c, { vpk: newKnocker(scene.id).key.publicKey });
  await scene.sees(every("forged"));
  await scene.door.letIn(hex(knocker.c));
  assert.equal(scene.server.admitted.size, 0);
  scene.door.close();
});

test("a server that does not answer is said, and asked again", async () => {
  const scene = new Scene();
  scene.server.away = true;
  await scene.sees(() => !scene.door.state.reached);
  scene.server.away = false;
  scene.server.knock();
  await scene.sees((knocks) => knocks.length === 1);
  assert.equal(scene.door.state.reached, true);
  scene.door.close();
});

for (const listed of [63, 164])
  test(`a server that lists ${listed} knocks as never answered gets one answer to each, and to few`, async () => {
    const scene = new Scene();
    const answers = new Map<string, Set<string>>();
    scene.server.answers = (c, { o }) => answers.set(hex(c), (answers.get(hex(c)) ?? new Set()).add(hex(o)));
    for (let n = 0; n < listed; n++) scene.server.knock();
    for (let n = 0; n < 3; n++) await scene.looks();
    assert.equal(answers.size, Math.min(listed, 64));
    assert.ok([...answers.values()].every((os) => os.size === 1));
    scene.door.close();
  });

test("a knock that another device has answered already keeps nobody else waiting", async () => {
  const scene = new Scene();
  const [one, two] = [scene.server.knock(), scene.server.knock()];
  scene.server.faster = hex(one.c);
  await scene.sees(() => scene.server.listed(two.c)?.status === 2);
  assert.equal(scene.door.state.reached, true);
  scene.door.close();
});
