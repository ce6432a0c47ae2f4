// Who is at the door of a share that asks first: asks the server every few seconds, answers each knock once, shows the
// three words, and lets in or refuses. Nothing here is believed that the owner has not signed. No DOM.
import { ApiError } from "../api/errors.ts";
import type { KnocksReply } from "../api/owner-rules.ts";
import { type Bytes, hex } from "../format/bytes.ts";
import type { Admission, Answer, Listed, Words } from "../format/knock.ts";
import type { Signer } from "../format/signature.ts";

/** Requests and late functions; those of api/owner-rules.ts and format/owner-rules.lazy.ts. */
export interface DoorPorts {
  readonly list: (s: Signer, id: Bytes, signal: AbortSignal) => Promise<KnocksReply>;
  readonly answer: (s: Signer, id: Bytes, c: Bytes, a: Answer, signal: AbortSignal) => Promise<KnocksReply>;
  readonly admit: (s: Signer, id: Bytes, c: Bytes, a: Admission, signal: AbortSignal) => Promise<KnocksReply>;
  readonly refuse: (s: Signer, id: Bytes, c: Bytes, signal: AbortSignal) => Promise<KnocksReply>;
  readonly late: () => Promise<{
    readonly ownerAnswer: (s: Signer, id: Bytes, c: Bytes) => Answer;
    readonly ownerWords: (owner: Bytes, id: Bytes, listed: Listed) => Words | undefined;
    readonly admission: (s: Signer, id: Bytes, listed: Pick<Listed, "c" | "vpk">, r: Bytes) => Admission;
  }>;
  readonly now: () => number;
  /** Until the next question; longer while nobody looks at the page. */
  readonly rest: (signal: AbortSignal) => Promise<void>;
}

/**
 * waiting: no words yet; decide: the words are there; in, refused: decided; same: refused here because somebody else has
 * the same words; forged: what the server shows does not fit what was committed to, and nobody is let in by it.
 */
export type KnockStatus = "waiting" | "decide" | "in" | "refused" | "same" | "forged";

export interface Knock {
  /** The commitment in hexadecimal. */
  readonly key: string;
  readonly status: KnockStatus;
  readonly words: Words | undefined;
  /** When it is dropped, in ms of this device's clock. */
  readonly until: number;
}

export interface DoorState {
  readonly knocks: readonly Knock[];
  /** The server was reached at the last question. */
  readonly reached: boolean;
  /** A decision is on its way. */
  readonly busy: string | undefined;
}

const patience = 15 * 60_000;
/** Knocks that are answered within patience: each is a try of the server in between at the words of whoever waits. */
const mostAnswers = 64;
const status = { waiting: 1, answered: 2, revealed: 3, admitted: 4, refused: 5 } as const;

export class Door {
  state: DoorState = { knocks: [], reached: true, busy: undefined };
  readonly #ports: DoorPorts;
  readonly #signer: Signer;
  readonly #id: Bytes;
  readonly #r: () => Promise<Bytes>;
  readonly #listeners = new Set<() => void>();
  readonly #same = new Set<string>();
  /** What was answered, and when the last answers were made. */
  readonly #answers = new Map<string, Answer>();
  #made: readonly number[] = [];
  #listed: readonly Listed[] = [];
  #run = new AbortController();

  /** r is what lets in: it comes from the owner box. */
  constructor(ports: DoorPorts, signer: Signer, id: Bytes, r: () => Promise<Bytes>) {
    this.#ports = ports;
    this.#signer = signer;
    this.#id = id;
    this.#r = r;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Asks until close. */
  async watch(): Promise<void> {
    const { signal } = this.#run;
    while (!signal.aborted) {
      try {
        await this.#take(await this.#ports.list(this.#signer, this.#id, signal));
      } catch {
        if (!signal.aborted) this.#show({ reached: false });
      }
      await this.#ports.rest(signal).catch(() => undefined);
    }
  }

  async letIn(key: string): Promise<void> {
    const listed = this.#listed.find(({ c }) => hex(c) === key);
    // Only what was shown with its words is let in.
    if (!listed || this.#find(key)?.status !== "decide") return;
    await this.#decide(key, async (signal) => {
      const { admission } = await this.#ports.late();
      const box = admission(this.#signer, this.#id, listed, await this.#r());
      return this.#ports.admit(this.#signer, this.#id, listed.c, box, signal);
    });
  }

  async refuse(key: string): Promise<void> {
    const listed = this.#listed.find(({ c }) => hex(c) === key);
    if (!listed) return;
    await this.#decide(key, (signal) => this.#ports.refuse(this.#signer, this.#id, listed.c, signal));
  }

  close(): void {
    this.#run.abort();
    this.#listeners.clear();
  }

  #find(key: string): Knock | undefined {
    return this.state.knocks.find((knock) => knock.key === key);
  }

  async #decide(key: string, request: (signal: AbortSignal) => Promise<KnocksReply>): Promise<void> {
    if (this.state.busy) return;
    this.#show({ busy: key });
    try {
      await this.#take(await request(this.#run.signal));
    } catch {
      this.#show({ reached: false });
    } finally {
      this.#show({ busy: undefined });
    }
  }

  /** Answers who has no answer yet, shows the words of who has shown key and n, and refuses twins. */
  async #take(reply: KnocksReply): Promise<void> {
    let last = reply;
    for (const { c } of reply.knocks.filter((knock) => knock.status === status.waiting)) {
      const answer = await this.#answer(c);
      if (answer) last = await this.#say(c, answer);
    }
    await this.#list(last);
    await this.#refuseTwins();
  }

  /**
   * The one answer to a commitment: another would give the server another try at the words. So does every commitment that is
   * answered, and the server can make up as many as it likes: beyond a number they get none.
   */
  async #answer(c: Bytes): Promise<Answer | undefined> {
    const made = this.#answers.get(hex(c));
    if (made) return made; // what was sent may have been lost
    const { ownerAnswer } = await this.#ports.late();
    const now = this.#ports.now();
    this.#made = this.#made.filter((at) => now - at < patience);
    if (this.#made.length >= mostAnswers) return undefined;
    const answer = ownerAnswer(this.#signer, this.#id, c);
    this.#made = [...this.#made, now];
    this.#answers.set(hex(c), answer);
    return answer;
  }

  async #say(c: Bytes, answer: Answer): Promise<KnocksReply> {
    const { signal } = this.#run;
    try {
      return await this.#ports.answer(this.#signer, this.#id, c, answer, signal);
    } catch (error) {
      // Another device of the owner's was faster, and its answer counts.
      if (!(error instanceof ApiError) || error.code !== "malformed") throw error;
      return this.#ports.list(this.#signer, this.#id, signal);
    }
  }

  /** Words are made anew from every reply: what was shown before counts for nothing when the server shows another key. */
  async #list({ knocks, now }: KnocksReply): Promise<void> {
    const revealed = knocks.some(({ vpk }) => vpk.length > 0);
    const { ownerWords } = revealed ? await this.#ports.late() : { ownerWords: () => undefined };
    const skew = now - this.#ports.now();
    this.#listed = knocks;
    this.#show({
      reached: true,
      knocks: knocks.map((knock) => {
        const words = ownerWords(this.#signer.publicKey, this.#id, knock);
        const until = knock.since + patience - skew;
        return { key: hex(knock.c), status: this.#statusOf(knock, words), words, until };
      }),
    });
  }

  #statusOf({ c, status: at }: Listed, words: Words | undefined): KnockStatus {
    if (at === status.admitted) return "in";
    if (at === status.refused) return this.#same.has(hex(c)) ? "same" : "refused";
    if (at !== status.revealed) return "waiting";
    return words ? "decide" : "forged";
  }

  /** Two with the same words: one of them may have been made to match, and nobody can tell which. */
  async #refuseTwins(): Promise<void> {
    const deciding = this.state.knocks.filter((knock) => knock.status === "decide");
    const said = (knock: Knock) => knock.words?.join(" ") ?? "";
    const twins = deciding.filter((one) => deciding.some((other) => other !== one && said(other) === said(one)));
    for (const { key } of twins) {
      const listed = this.#listed.find(({ c }) => hex(c) === key);
      if (!listed) continue;
      this.#same.add(key);
      const reply = await this.#ports.refuse(this.#signer, this.#id, listed.c, this.#run.signal);
      await this.#list(reply);
    }
  }

  #show(change: Partial<DoorState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.#listeners) listener();
  }
}
