// The owner's side of the door, for the manage page of a share that asks first: answers whoever knocks, shows the words of
// those who have opened their commitment, and lets in or refuses. Nobody is let in by itself. No DOM.
import { pause } from "../api/http.ts";
import type { admitKnock, answerKnock, KnocksReply, listKnocks, refuseKnock } from "../api/owner-rules.ts";
import { type Bytes, hex } from "../format/bytes.ts";
import type { Listed, Words } from "../format/knock.ts";
import type * as OwnerRules from "../format/owner-rules.lazy.ts";
import type { Signer } from "../format/signature.ts";

export interface DoorPorts {
  /** Milliseconds between two looks; three seconds unless a test is in a hurry. */
  readonly rest?: number;
  readonly api: {
    readonly listKnocks: typeof listKnocks;
    readonly answerKnock: typeof answerKnock;
    readonly admitKnock: typeof admitKnock;
    readonly refuseKnock: typeof refuseKnock;
  };
  /** lazy<typeof OwnerRules>("owner-rules"). */
  readonly rules: () => Promise<Pick<typeof OwnerRules, "ownerAnswer" | "ownerWords" | "admission">>;
}

/** Somebody who waits for the owner's decision. Show words, and ask for them by phone or in person. */
export interface Visitor {
  /** Names this visitor to letIn and refuse. */
  readonly key: string;
  /** Server time, ms. */
  readonly since: number;
  readonly words: Words;
  readonly busy: boolean;
}

export interface DoorState {
  readonly visitors: readonly Visitor[];
  /** Knocks that were refused by this page because their words, or what the server showed of them, could not be right. */
  readonly odd: number;
  /** The server does not answer, or not as it should; it is asked again. */
  readonly away: boolean;
}

const rest = 3000;
const lastStatus = 3;

export class Door {
  state: DoorState = { visitors: [], odd: 0, away: false };
  readonly #ports: DoorPorts;
  readonly #signer: Signer;
  readonly #id: Bytes;
  readonly #r: () => Bytes;
  readonly #listeners = new Set<() => void>();
  readonly #stop = new AbortController();
  #listed = new Map<string, Listed>();
  readonly #busy = new Set<string>();
  readonly #odd = new Set<string>();

  /** r gives R as the share has it now (heldR of format/reseal.ts). */
  constructor(ports: DoorPorts, signer: Signer, id: Bytes, r: () => Bytes) {
    this.#ports = ports;
    this.#signer = signer;
    this.#id = id;
    this.#r = r;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Looks who is there, until close. */
  async watch(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.#look(signal);
      } catch {
        if (signal.aborted) return;
        this.#show({ away: true });
      }
      await pause(this.#ports.rest ?? rest, signal).catch(() => undefined);
    }
  }

  async #look(signal: AbortSignal): Promise<void> {
    await this.#take(await this.#ports.api.listKnocks(this.#signer, this.#id, signal));
    for (const { c, status } of this.#listed.values()) {
      if (status !== 1) continue;
      const { ownerAnswer } = await this.#ports.rules();
      const answer = ownerAnswer(this.#signer, this.#id, c);
      await this.#take(await this.#ports.api.answerKnock(this.#signer, this.#id, c, answer, signal));
    }
  }

  async #take({ knocks }: KnocksReply): Promise<void> {
    this.#listed = new Map(knocks.map((listed) => [hex(listed.c), listed]));
    const { ownerWords } = await this.#ports.rules();
    const visitors: Visitor[] = [];
    for (const [key, listed] of this.#listed) {
      if (listed.status !== lastStatus || this.#odd.has(key)) continue;
      const words = ownerWords(this.#signer.publicKey, this.#id, listed);
      if (words) visitors.push({ key, since: listed.since, words, busy: this.#busy.has(key) });
      else this.#refuseOdd(key);
    }
    this.#show({ visitors: this.#untwinned(visitors), away: false });
  }

  /** Two with the same words cannot be told apart, so both are refused. */
  #untwinned(visitors: readonly Visitor[]): readonly Visitor[] {
    const said = ({ words }: Visitor) => words.join(" ");
    const twin = (v: Visitor) => visitors.some((other) => other.key !== v.key && said(other) === said(v));
    for (const { key } of visitors.filter(twin)) this.#refuseOdd(key);
    return visitors.filter((v) => !twin(v));
  }

  #refuseOdd(key: string): void {
    this.#odd.add(key);
    void this.refuse(key);
  }

  /** Gives R to somebody whose words are the ones that were told. When that does not arrive the visitor stays in the list. */
  letIn(key: string): Promise<void> {
    return this.#decide(key, async (listed, signal) => {
      const { admission } = await this.#ports.rules();
      const given = admission(this.#signer, this.#id, listed, this.#r());
      return this.#ports.api.admitKnock(this.#signer, this.#id, listed.c, given, signal);
    });
  }

  refuse(key: string): Promise<void> {
    return this.#decide(key, ({ c }, signal) => this.#ports.api.refuseKnock(this.#signer, this.#id, c, signal));
  }

  async #decide(key: string, act: (listed: Listed, signal: AbortSignal) => Promise<KnocksReply>): Promise<void> {
    const listed = this.#listed.get(key);
    if (!listed || this.#busy.has(key)) return;
    this.#busy.add(key);
    this.#show({});
    try {
      const reply = await act(listed, this.#stop.signal);
      this.#busy.delete(key);
      await this.#take(reply);
    } catch {
      // It stays in the list and can be decided again.
      this.#busy.delete(key);
      if (!this.#stop.signal.aborted) this.#show({ away: true });
    }
  }

  #show(change: Partial<DoorState>): void {
    const visitors = (change.visitors ?? this.state.visitors).map((v) => ({ ...v, busy: this.#busy.has(v.key) }));
    this.state = { ...this.state, ...change, visitors, odd: this.#odd.size };
    for (const listener of this.#listeners) listener();
  }

  close(): void {
    this.#stop.abort();
    this.#listeners.clear();
  }
}
