// Drives the manage page: the state of a share, and changes that its owner signs here. It renders nothing.

import { ApiError } from "../api/errors.ts";
import { pause } from "../api/http.ts";
import type { StateReply } from "../api/owner.ts";
import { type Bytes, equal, none } from "../format/bytes.ts";
import type { People } from "../format/change-recipients.ts";
import { idOf } from "../format/kdf.ts";
import { type Owned, type Resealed, reseal } from "../format/reseal.ts";
import { type Signer, signer } from "../format/signature.ts";
import { type BoxChange, BoxKeeper } from "./manage-box.ts";
import type { ManagePorts } from "./manage-ports.ts";
import { older, publishRules, readShare } from "./manage-share.ts";
import {
  type Change,
  type ChangeCode,
  codeOf,
  type Done,
  isManageCode,
  type Managed,
  type ManageState,
  refusal,
  type Topic,
} from "./manage-state.ts";
import { Watch } from "./manage-watch.ts";

/** Fewer than 10⁹ guesses. */
export class WeakError extends Error {
  override name = "WeakError";
}

const retryPause = 8000;
const lookPause = 20_000;

export class Managing {
  state: ManageState = { at: "opening" };
  private readonly ports: ManagePorts;
  private readonly readOwner: () => Bytes;
  private readonly listeners = new Set<() => void>();
  private run = new AbortController();
  private owner: Bytes = none;
  private signer: Signer | undefined;
  private owned: Owned | undefined;
  private keeper: BoxKeeper | undefined;
  private topic: Topic = "rules";
  readonly watch: Watch;

  /** readOwner parses the fragment; it throws FormatError. */
  constructor(ports: ManagePorts, readOwner: () => Bytes) {
    this.ports = ports;
    this.readOwner = readOwner;
    this.watch = new Watch(ports);
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private show(state: ManageState): void {
    if (this.state.at === "closed") return;
    this.state = state;
    for (const listener of this.listeners) listener();
  }

  /** Begins with the link that is there now, or tries again. */
  async start(): Promise<void> {
    this.run.abort();
    this.run = new AbortController();
    const { signal } = this.run;
    this.show({ at: "opening" });
    try {
      const owner = this.readOwner();
      if (!equal(owner, this.owner)) [this.owned, this.keeper] = [undefined, undefined];
      this.owner = owner;
      this.signer = signer(owner);
      await this.load(this.signer, signal);
      void this.keepLooking(signal);
    } catch (error) {
      if (!signal.aborted) this.fail(error);
    }
  }

  private fail(error: unknown): void {
    const code = codeOf(error);
    if (code !== "unreachable") {
      this.show({ at: "failed", code: isManageCode(code) ? code : "failed" });
      return;
    }
    this.show({ at: "failed", code, retryAt: this.ports.now() + retryPause });
    pause(retryPause, this.run.signal).then(
      () => this.start(),
      () => {},
    );
  }

  private get id(): Bytes {
    return this.signer ? idOf(this.signer.publicKey) : none;
  }

  private async load(s: Signer, signal: AbortSignal, done?: Done): Promise<void> {
    let reply: StateReply;
    try {
      reply = await this.ports.api.shareState(s, this.id, signal);
    } catch (error) {
      // A mailbox answers what only shares are asked with "malformed".
      if (!(error instanceof ApiError) || error.code !== "malformed") throw error;
      await this.loadBox(s, signal, done);
      return;
    }
    if (reply.stage === 0) {
      this.show({ at: "uploading", busy: false });
      return;
    }
    const share = this.read(s, reply);
    this.show({ at: "open", share, topic: this.topic, ...(done ? { done } : {}) });
  }

  private read(s: Signer, reply: StateReply): Managed {
    this.run.signal.throwIfAborted();
    const { share, owned } = readShare(this.ports, s, this.owner, reply);
    const { revision } = owned.statement;
    if (this.owned && revision < this.owned.statement.revision) throw older(revision, this.owned.statement.revision);
    this.owned = owned;
    this.watch.follow(s, this.owner, share.statement, () => this.reread(s));
    return share;
  }

  /** What the owner knows, read at this moment. */
  private async reread(s: Signer): Promise<Owned> {
    const share = this.read(s, await this.ports.api.shareState(s, this.id, this.run.signal));
    if (this.state.at === "open") this.show({ ...this.state, share });
    if (!this.owned || share.statement.askFirst === 0) throw new Error("nobody is asked any more");
    return this.owned;
  }

  private box(s: Signer): BoxKeeper {
    this.keeper ??= new BoxKeeper(this.ports, { signer: s, owner: this.owner, id: this.id });
    return this.keeper;
  }

  private async loadBox(s: Signer, signal: AbortSignal, done?: Done): Promise<void> {
    const box = await this.box(s).read(signal);
    this.show({ at: "mailbox", box, ...(done ? { done } : {}) });
  }

  /** Looks again and again at what changes by itself: views taken, what has arrived. What a person does goes first. */
  private async keepLooking(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.ports.rest(lookPause, signal).catch(() => undefined);
      if (!signal.aborted) await this.look();
    }
  }

  /** Looks once more, quietly: what cannot be read now is read the next time. */
  async look(): Promise<void> {
    const { signal } = this.run;
    const { signer: s, state } = this;
    if (!s || (state.at !== "open" && state.at !== "mailbox") || state.busy) return;
    try {
      if (state.at === "mailbox") {
        const box = await this.box(s).read(signal);
        if (this.state === state) this.show({ ...state, box });
      } else {
        const share = this.read(s, await this.ports.api.shareState(s, this.id, signal));
        if (this.state === state) this.show({ ...state, share });
      }
    } catch (error) {
      if (!signal.aborted && this.state === state && codeOf(error) === "gone") this.fail(error);
    }
  }

  /** Opens or closes a mailbox, or has it live longer or shorter. */
  changeBox(change: BoxChange): void {
    if (this.state.at !== "mailbox" || this.state.busy) return;
    const { box } = this.state;
    if (change.expires !== undefined && !(change.expires > this.ports.now() + box.skew)) this.problem("past");
    else
      this.act("saving", async (s, signal) => {
        const merged = await this.box(s).change(box.document, change, signal);
        await this.loadBox(s, signal, merged ? "merged" : "saved");
      });
  }

  /** Changes rules. */
  change(change: Change): void {
    if (this.state.at !== "open" || this.state.busy) return;
    const { statement, skew } = this.state.share;
    const problem = refusal(statement, change, this.ports.now() + skew);
    this.topic = "rules";
    if (problem) this.problem(problem);
    else
      this.act("saving", async (s, signal) => {
        const merged = await publishRules(this.ports, s, statement, change, signal);
        await this.load(s, signal, merged ? "merged" : "saved");
      });
  }

  /** Sets another passphrase, or none. Whoever has the old one opens nothing any more. */
  setPassphrase(passphrase: string): void {
    const done = passphrase === "" ? "no-passphrase" : "passphrase";
    const nothing = { pw: none, k: none };
    this.reseal(done, "rules", async (s, owned, signal) =>
      reseal(s, owned, done === "passphrase" ? await this.ports.passphrase(this.id, passphrase, signal) : nothing),
    );
  }

  /** Seals it anew for exactly these people. Who could open it before and is not among them opens nothing any more. */
  setPeople(people: People): void {
    this.reseal("people", "people", async (s, owned) => (await this.ports.late()).changeRecipients(s, owned, people));
  }

  /** Publishes what was sealed anew. It fits the old manifest only: what stands instead is shown, and the owner decides. */
  private reseal(
    done: Done,
    topic: Topic,
    seal: (s: Signer, owned: Owned, signal: AbortSignal) => Promise<Resealed>,
  ): void {
    const { owned } = this;
    if (!owned || this.state.at !== "open" || this.state.busy) return;
    const action = async (s: Signer, signal: AbortSignal) => {
      const next = await seal(s, owned, signal);
      const standing = await this.ports.api.publish(s, this.id, next.statement.revision, next.args, signal);
      await this.load(s, signal, standing ? undefined : done);
      if (standing) this.problem("changed");
    };
    this.act("sealing", action, topic);
  }

  /** Keeps an access log from now on; or none, and erases what there is. */
  setLog(on: boolean): void {
    if (this.state.at !== "open" || this.state.busy) return;
    const { statement } = this.state.share;
    this.act(
      "saving",
      async (s, signal) => {
        const logKey = on ? (await this.ports.late()).logKey(this.owner, this.id) : none;
        await publishRules(this.ports, s, statement, { logKey }, signal);
        await this.load(s, signal, on ? "log" : "no-log");
      },
      "log",
    );
  }

  /** Gives the manage link away: this page cannot do anything with it any more. */
  forget(): void {
    this.erase();
    this.show({ at: "forgotten" });
  }

  /** Deletes the share. */
  remove(): void {
    if (this.state.at === "uploading") this.show({ ...this.state, busy: true });
    this.act("deleting", async (s, signal) => {
      await this.ports.api.deleteShare(s, this.id, signal);
      this.show({ at: "deleted" });
    });
  }

  private async act(
    busy: "saving" | "sealing" | "deleting",
    action: (s: Signer, signal: AbortSignal) => Promise<void>,
    topic: Topic = "rules",
  ): Promise<void> {
    this.topic = topic;
    const { signal } = this.run;
    if (!this.signer) return;
    if (this.state.at === "open") this.show({ at: "open", share: this.state.share, topic, busy });
    if (this.state.at === "mailbox") this.show({ at: "mailbox", box: this.state.box, busy });
    try {
      await action(this.signer, signal);
    } catch (error) {
      if (!signal.aborted) this.problem(error instanceof WeakError ? "weak" : codeOf(error));
    }
  }

  private problem(code: ChangeCode): void {
    const { state } = this;
    if (state.at === "open" && code !== "gone")
      this.show({ at: "open", share: state.share, topic: this.topic, problem: code });
    else if (state.at === "mailbox" && code !== "gone") this.show({ at: "mailbox", box: state.box, problem: code });
    else this.show({ at: "failed", code: isManageCode(code) ? code : "failed" });
  }

  /** Forgets everything: the page is being left. */
  close(): void {
    this.erase();
    this.show({ at: "closed" });
  }

  private erase(): void {
    this.run.abort();
    this.watch.close();
    for (const secret of [this.owner, this.owned?.view, this.owned?.pepper]) secret?.fill(0);
    this.owned = undefined;
    this.keeper = undefined;
    this.signer = undefined;
  }
}
