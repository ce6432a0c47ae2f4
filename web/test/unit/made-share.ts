// A share in memory, sealed by the format's own code, and a server for it that keeps the sentences of FORMAT.md,
// "Opening": what counts, what is refused, in which order. The stand-in for bin/safelightd in tests of the models.
import { ApiError } from "../../src/api/errors.ts";
import type { KnockReply } from "../../src/api/knock.ts";
import type { StateReply } from "../../src/api/owner.ts";
import type { KnocksReply } from "../../src/api/owner-rules.ts";
import type { OpenReply } from "../../src/api/share.ts";
import { type Bytes, concat, equal, hex, none, random, utf8 } from "../../src/format/bytes.ts";
import type { Derivation } from "../../src/format/derive-passphrase.ts";
import * as kdf from "../../src/format/kdf.ts";
import { type Admission, type Answer, commitment, type Listed } from "../../src/format/knock.ts";
import { pad } from "../../src/format/manifest.ts";
import { encode, type Value } from "../../src/format/msgpack.ts";
import type { Opener } from "../../src/format/opener.ts";
import { openerJobs } from "../../src/format/opener-jobs.ts";
import { blind, evaluate, finalize, newOprfKey } from "../../src/format/passphrase.ts";
import { seal } from "../../src/format/seal.ts";
import { type Signer, signer } from "../../src/format/signature.ts";
import { headSize } from "../../src/format/span.ts";
import { encodeStatement, openStatement, type Statement } from "../../src/format/statement.ts";

export interface Wanted {
  readonly views?: number;
  readonly passphrase?: string;
  readonly stage?: number;
  readonly lifetime?: number;
  readonly uploading?: boolean;
  /** R, for a share with locks or one that asks first. */
  readonly r?: Bytes;
  readonly askFirst?: 0 | 1;
  readonly logKey?: Bytes;
}

/** Someone at the door, as the server keeps them. */
interface Knocked extends Listed {
  readonly box: Bytes;
  readonly boxSignature: Bytes;
}

const knockLife = 15 * 60_000;

export const picture: Bytes = Uint8Array.from({ length: 300 }, (_, i) =>
  i < 3 ? (0xffd8ff >> (16 - 8 * i)) & 0xff : i & 0xff,
) as Bytes;

/** Argon2id costs half a second and is tested by the vectors; between two ends that agree, a hash does. */
const stretched = (y: Bytes): Bytes => kdf.sha(y);

export class MadeShare {
  readonly owner: Bytes = random(32);
  readonly signer: Signer = signer(this.owner);
  readonly id: Bytes = kdf.idOf(this.signer.publicKey);
  readonly view: Bytes = kdf.viewSecret(kdf.commentSecret(this.owner, this.id), this.id);
  statement!: Statement;
  document: Bytes = none;
  signature: Bytes = none;
  manifest: Bytes = none;
  ownerBox: Bytes = none;
  pepper: Bytes = none;
  unlock: Bytes = none;
  k: Bytes = none;
  bundle: Bytes = none;
  readonly takes = new Set<string>();
  gone = false;
  away = false;
  uploading: boolean;
  requests: string[] = [];
  locks: Bytes = none;
  /** Openings that an access log would note. */
  noted = 0;
  knocks: Knocked[] = [];

  constructor(w: Wanted = {}) {
    this.uploading = w.uploading ?? false;
    const key = random(32);
    this.bundle = seal(concat(utf8("local header"), picture), kdf.bundleSeal(key, this.id));
    this.k = w.passphrase ? newOprfKey() : none;
    const pw = w.passphrase ? stretched(evaluate(this.k, this.id, w.passphrase)) : none;
    this.pepper = random(32);
    const variant: Value = [2, 1, 40, 30, 0, 12, picture.length, kdf.sha(picture)];
    const photo: Value = [none, 1, 40, 30, 1, utf8("A door"), 0, none, none, none, [variant]];
    const doc = encode([1, utf8("Doors"), none, [[key, this.bundle.slice(0, headSize)]], [photo], []]);
    const r = w.r ?? none;
    const root = kdf.rootKey(this.view, this.pepper, pw, r, this.id);
    this.manifest = seal(pad(doc), kdf.manifestSeal(root, this.id));
    this.unlock = kdf.unlockToken(this.view, pw, r, this.id);
    const box = concat(pw.length > 0 ? pw : new Uint8Array(32), r.length > 0 ? r : new Uint8Array(32));
    this.ownerBox = seal(box, kdf.ownerSeal(this.owner, this.pepper, this.id));
    this.sign({
      id: this.id,
      owner: this.signer.publicKey,
      revision: 1,
      created: Date.now() - 1000,
      expires: Date.now() + (w.lifetime ?? 3_600_000),
      viewLimit: w.views ?? 0,
      suite: w.passphrase ? 1 : 0,
      locks: none,
      manifest: kdf.sha(this.manifest),
      bundles: [{ upload: random(16), size: this.bundle.length, partSize: 262_144 }],
      logKey: w.logKey ?? none,
      stage: w.stage ?? 2,
      askFirst: w.askFirst ?? 0,
    });
  }

  sign(s: Statement): void {
    this.statement = s;
    this.document = encodeStatement(s);
    this.signature = this.signer.sign("statement", this.document);
  }

  /** Names recipients: what sealLocks has made of R. */
  lock(locks: Bytes): void {
    this.locks = locks;
    this.sign({ ...this.statement, locks: kdf.sha(locks) });
  }

  private answer(request: string): void {
    this.requests.push(request);
    if (this.away) throw new ApiError("unreachable");
    if (this.gone) throw new ApiError("gone");
    if (this.uploading && !["state", "delete"].includes(request)) throw new ApiError("uploading");
  }

  /** What model/opening.ts asks. */
  readonly viewApi = {
    openShare: async (_id: Bytes, _read: Bytes, unlock: Bytes, guess: Bytes): Promise<OpenReply> => {
      this.answer("open");
      const logs = this.statement.logKey.length > 0;
      const right = equal(unlock, this.unlock) && this.statement.viewLimit === 0 && (!logs || guess.length === 16);
      if (right && logs) this.noted++;
      return {
        ...{ statement: this.document, signature: this.signature, manifest: this.manifest, locks: this.locks },
        ...{ pepper: right ? this.pepper.slice() : none, taken: this.takes.size, draining: false, now: Date.now() },
      };
    },
    guess: async (_id: Bytes, _read: Bytes, revision: number, element: Bytes) => {
      this.answer("guess");
      if (revision !== this.statement.revision) throw new ApiError("changed");
      // The stand-in evaluates with what the OPRF's own server side would use.
      const { ristretto255_oprf } = await import("@noble/curves/ed25519.js");
      return { evaluated: ristretto255_oprf.oprf.blindEvaluate(this.k, element) as Bytes, guess: random(16) };
    },
    take: async (_id: Bytes, unlock: Bytes, revision: number, takeId: Bytes): Promise<Bytes> => {
      this.answer("take");
      if (!equal(unlock, this.unlock)) throw new ApiError("gone");
      if (revision !== this.statement.revision) throw new ApiError("changed");
      if (!this.takes.has(hex(takeId)) && this.takes.size >= this.statement.viewLimit) throw new ApiError("used");
      this.takes.add(hex(takeId));
      return this.pepper.slice();
    },
    readParts: async function* (this: MadeShare, r: { unlock: Bytes; start: number; end: number }) {
      this.answer("parts");
      if (!equal(r.unlock, this.unlock)) throw new ApiError("gone");
      yield this.bundle.slice(r.start, r.end);
    }.bind(this),
    knock: async (_id: Bytes, _read: Bytes, c: Bytes): Promise<KnockReply> => {
      this.answer("knock");
      if (this.statement.askFirst === 0) throw new ApiError("malformed");
      const there = this.knocks.find((k) => equal(k.c, c));
      if (there) return told(there);
      const pending = this.knocks.filter((k) => k.status < 4).length;
      if (pending >= 8) throw new ApiError("later", { retryAfter: 300 });
      const empty = { o: none, signature: none, vpk: none, n: none, box: none, boxSignature: none };
      const made = { c: c.slice() as Bytes, since: Date.now(), ...empty, status: 1 };
      this.knocks.push(made);
      return told(made);
    },
    reveal: async (id: Bytes, _read: Bytes, c: Bytes, vpk: Bytes, n: Bytes): Promise<KnockReply> => {
      this.answer("reveal");
      if (!equal(commitment(id, vpk, n), c)) throw new ApiError("malformed");
      const there = this.knocks.find((k) => equal(k.c, c));
      if (!there) throw new ApiError("malformed");
      return told(there.status === 2 ? this.mark(c, { vpk, n, status: 3 }) : there);
    },
  };

  private mark(c: Bytes, change: Partial<Knocked>): Knocked {
    this.knocks = this.knocks.map((k) => (equal(k.c, c) ? { ...k, ...change } : k));
    const marked = this.knocks.find((k) => equal(k.c, c));
    if (!marked) throw new ApiError("malformed");
    return marked;
  }

  private readonly list = (): KnocksReply => ({
    knocks: this.knocks.map(({ box: _, boxSignature: __, ...listed }) => listed),
    now: Date.now(),
  });

  /** What model/door.ts asks. */
  readonly doorApi = {
    listKnocks: async (): Promise<KnocksReply> => this.list(),
    answerKnock: async (_s: Signer, _id: Bytes, c: Bytes, a: Answer): Promise<KnocksReply> => {
      this.answer("answer");
      const there = this.knocks.find((k) => equal(k.c, c));
      if (there && there.status > 1 && !equal(there.o, a.o)) throw new ApiError("malformed");
      this.mark(c, { ...a, status: 2 });
      return this.list();
    },
    admitKnock: async (_s: Signer, _id: Bytes, c: Bytes, a: Admission): Promise<KnocksReply> => {
      this.answer("admit");
      this.mark(c, { box: a.box, boxSignature: a.signature, status: 4 });
      return this.list();
    },
    refuseKnock: async (_s: Signer, _id: Bytes, c: Bytes): Promise<KnocksReply> => {
      this.answer("refuse");
      this.mark(c, { status: 5 });
      return this.list();
    },
  };

  /** What model/managing.ts asks. */
  readonly ownerApi = {
    shareState: async (): Promise<StateReply> => {
      this.answer("state");
      const sealed = { manifest: this.manifest, locks: this.locks, ownerBox: this.ownerBox, pepper: this.pepper };
      const signed = { statement: this.document, signature: this.signature };
      const { stage } = this.statement;
      return {
        ...signed,
        ...sealed,
        stage: this.uploading ? 0 : stage,
        taken: this.takes.size,
        now: Date.now(),
        state: "live",
      };
    },
    publish: async (_s: Signer, _id: Bytes, revision: number, args: readonly Value[]) => {
      this.answer("publish");
      if (revision !== this.statement.revision + 1) return { statement: this.document, signature: this.signature };
      const [statement, signature, manifest, locks, box, , unlock, , pepper, k] = args as readonly (Bytes | null)[];
      if (!statement || !signature) throw new ApiError("statement");
      const s = openStatement(statement, signature, this.id);
      [this.statement, this.document, this.signature] = [s, statement, signature];
      if (manifest && box && pepper) [this.manifest, this.ownerBox, this.pepper] = [manifest, box, pepper];
      if (locks) this.locks = locks;
      if (unlock) this.unlockHash = unlock;
      if (k) this.k = k;
      return undefined;
    },
    deleteShare: async () => {
      this.answer("delete");
      this.gone = true;
    },
  };

  /** SHA-256 of the unlock token that the last publish brought. */
  unlockHash: Bytes = none;
}

function told(k: Knocked): KnockReply {
  const { status, o, signature, box, boxSignature, since } = k;
  return { status, o, signature, box, boxSignature, until: since + knockLife, now: Date.now() };
}

/** derivePassphrase without a worker and without Argon2id. */
export async function quickDerive(d: Derivation): Promise<Bytes> {
  const q = blind(d.id, d.passphrase);
  const pw = stretched(finalize(q, await d.ask(q.element)));
  d.signal.throwIfAborted();
  return pw;
}

/** The opener on this thread. */
export function directOpener(): Opener {
  const jobs = openerJobs();
  let n = 0;
  return {
    check: jobs.check,
    manifest: jobs.manifest,
    index: (doc, statement, index) => jobs.index({ doc, statement, index }),
    variant(place) {
      const job = ++n;
      const begun = jobs.begin({ job, place });
      begun.catch(() => {});
      return {
        async feed(bytes) {
          await begun;
          await jobs.feed({ job, bytes });
        },
        beginning: () => jobs.beginning({ job }),
        finish: () => jobs.finish({ job }),
        drop: () => void jobs.drop({ job }),
      };
    },
    close() {},
  };
}

/** Resolves once the model is in a state that passes; rejects after a while. */
export function until<S>(
  model: { state: S; subscribe(l: () => void): () => void },
  passes: (s: S) => boolean,
): Promise<S> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`still ${JSON.stringify(model.state)?.slice(0, 200)}`)), 5000);
    const look = () => {
      if (!passes(model.state)) return;
      clearTimeout(timer);
      end();
      resolve(model.state);
    };
    const end = model.subscribe(look);
    look();
  });
}
