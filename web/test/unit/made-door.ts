// The rarer rules of a share in memory, beside made-share.ts: who knocks, a log, a mailbox. It keeps the sentences of API.md
// that the models rely on, and lies where a test asks for it.
import { ApiError } from "../../src/api/errors.ts";
import type { KnocksReply } from "../../src/api/owner-rules.ts";
import { type Bytes, concat, hex, none, random } from "../../src/format/bytes.ts";
import { type Admission, type Answer, type Knocker, type Listed, newKnocker } from "../../src/format/knock.ts";
import * as late from "../../src/format/owner-rules.lazy.ts";
import type { Signer } from "../../src/format/signature.ts";
import type { Late, ManagePorts } from "../../src/model/manage-ports.ts";

export { late };

/** What the owner's requests answer where a share has none of the rules. */
export const noRules: Pick<ManagePorts, "late" | "requestLink" | "rest"> & { readonly api: RulesApi } = {
  api: {
    readLog: async () => Promise.reject(new ApiError("malformed")),
    listKnocks: async () => Promise.reject(new ApiError("malformed")),
    answerKnock: async () => Promise.reject(new ApiError("malformed")),
    admitKnock: async () => Promise.reject(new ApiError("malformed")),
    refuseKnock: async () => Promise.reject(new ApiError("malformed")),
    readMailbox: async () => Promise.reject(new ApiError("gone")),
    changeMailbox: async () => Promise.reject(new ApiError("gone")),
  },
  late: async () => late as Late,
  requestLink: (id, view) => `request ${hex(id)} ${hex(view)}`,
  rest: (_ms, signal) => never(signal),
};

export type RulesApi = Pick<
  ManagePorts["api"],
  "readLog" | "listKnocks" | "answerKnock" | "admitKnock" | "refuseKnock" | "readMailbox" | "changeMailbox"
>;

/** Rests until the model is closed: tests say when something is looked at. */
export function never(signal: AbortSignal): Promise<void> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** The server's side of the door. */
export class MadeDoor {
  readonly id: Bytes;
  readonly admitted = new Map<string, Admission>();
  #knocks: Listed[] = [];
  away = false;
  /** How often it was asked. */
  lists = 0;
  /** Lists every knock as one that waits for an answer, and hands the answers on. */
  answers: ((c: Bytes, a: Answer) => void) | undefined;
  /** A knock, in hexadecimal, that another device answers first. */
  faster: string | undefined;

  constructor(id: Bytes) {
    this.id = id;
  }

  /** Somebody knocks. */
  knock(knocker: Knocker = newKnocker(this.id)): Knocker {
    const nothing = { o: none, signature: none, vpk: none, n: none };
    this.#knocks.push({ c: knocker.c, since: Date.now(), ...nothing, status: 1 });
    return knocker;
  }

  /** Key and n, as they are or others: a server may lie. */
  reveal(knocker: Knocker, other: Partial<Listed> = {}): void {
    this.change(knocker.c, { vpk: knocker.key.publicKey, n: knocker.n, status: 3, ...other });
  }

  listed(c: Bytes): Listed | undefined {
    return this.#knocks.find((knock) => hex(knock.c) === hex(c));
  }

  change(c: Bytes, change: Partial<Listed>): void {
    this.#knocks = this.#knocks.map((knock) => (hex(knock.c) === hex(c) ? { ...knock, ...change } : knock));
  }

  readonly list = async (): Promise<KnocksReply> => {
    if (this.away) throw new ApiError("unreachable");
    this.lists++;
    return { knocks: this.#knocks, now: Date.now() };
  };

  readonly answer = async (_s: Signer, _id: Bytes, c: Bytes, { o, signature }: Answer): Promise<KnocksReply> => {
    if (this.answers) {
      this.answers(c, { o, signature });
      return { knocks: this.#knocks, now: Date.now() };
    }
    if (this.faster === hex(c)) this.change(c, { o: random(32), signature: random(64), status: 2 });
    if (this.listed(c)?.o.length !== 0) throw new ApiError("malformed");
    this.change(c, { o, signature, status: 2 });
    return this.list();
  };

  readonly admit = async (_s: Signer, _id: Bytes, c: Bytes, admission: Admission): Promise<KnocksReply> => {
    this.admitted.set(hex(c), admission);
    this.change(c, { status: 4 });
    return this.list();
  };

  readonly refuse = async (_s: Signer, _id: Bytes, c: Bytes): Promise<KnocksReply> => {
    this.change(c, { status: 5 });
    return this.list();
  };
}

/** Bytes that are no event. */
export const garbage = (): Bytes => concat(random(32), random(80));
