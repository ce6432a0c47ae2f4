// Drives a page that shows a share, from the link to open photos and through everything that can come between.
// It renders nothing; whoever does subscribes to the state.
import { isAway } from "../api/errors.ts";
import { pause } from "../api/http.ts";
import { type Bytes, none } from "../format/bytes.ts";
import { isGated } from "../format/gates.ts";
import type { Link } from "../format/link.ts";
import type { Statement } from "../format/statement.ts";
import { isApi, lookUntilThere, nth, restForOriginals } from "./arriving.ts";
import { HeldR } from "./held.ts";
import {
  type Entry,
  type Key,
  type Keys,
  keysOf,
  type Looked,
  look,
  type Ports,
  type Reads,
  readPlace,
  told,
  unseal,
} from "./opening.ts";
import { GateError, pass, problemOf } from "./passing.ts";
import { either } from "./signals.ts";
import {
  type Busy,
  codeOf,
  type Opened,
  type Problem,
  stopped,
  type ViewCode,
  ViewError,
  type ViewState,
} from "./view-state.ts";

const retryPause = [8000, 15_000, 30_000, 60_000];
const lateAfter = 24 * 3_600_000;

export class Viewing {
  state: ViewState = { at: "opening" };
  private readonly ports: Ports;
  private readonly readLink: () => Link;
  private readonly listeners = new Set<() => void>();
  private run = new AbortController();
  private attempt = new AbortController();
  private link: Link | undefined;
  private looked: Looked | undefined;
  private keys: Keys | undefined;
  private readonly held = new HeldR();
  private took = false;
  private failures = 0;

  /** readLink parses the fragment; it throws FormatError. */
  constructor(ports: Ports, readLink: () => Link) {
    this.ports = ports;
    this.readLink = readLink;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private show(state: ViewState): void {
    if (this.state.at === "closed") return;
    this.state = state;
    for (const listener of this.listeners) listener();
  }

  /** Begins with the link that is there now; also after the link has changed. */
  start(): void {
    this.link = undefined;
    this.keys = undefined;
    this.held.forget();
    this.took = false;
    this.failures = 0;
    this.retry();
  }

  /** Another try after a failure. */
  retry(): void {
    this.run.abort();
    this.run = new AbortController();
    this.show({ at: "opening" });
    this.guard(async () => {
      this.link ??= this.readLink();
      await this.open(this.link, this.run.signal);
    });
  }

  /** Runs an action; whatever it throws becomes a state. */
  private async guard(action: () => Promise<void>): Promise<void> {
    const { signal } = this.run;
    try {
      await action();
    } catch (error) {
      if (!signal.aborted) this.fail(error);
    }
  }

  private fail(error: unknown): void {
    const code = codeOf(error);
    const used = this.took;
    if (code !== "unreachable") {
      void this.failed(code, used);
      return;
    }
    const ms = nth(retryPause, this.failures++);
    this.show({ at: "failed", code, used, retryAt: this.ports.now() + ms });
    pause(ms, this.run.signal).then(
      () => this.retry(),
      () => {},
    );
  }

  /** Most reasons have words that come late. */
  private async failed(code: ViewCode, used: boolean): Promise<void> {
    const { signal } = this.run;
    try {
      if (code !== "updated" && code !== "failed") await this.ports.words();
      if (!signal.aborted) this.show({ at: "failed", code, used });
    } catch {
      if (!signal.aborted) this.show({ at: "failed", code: "updated", used });
    }
  }

  /** Asks for the share until it is there, then opens it or shows the gate. */
  private async open(link: Link, signal: AbortSignal, problem?: Problem): Promise<void> {
    const looked = await lookUntilThere(this.ports, link, signal, () => this.wait());
    this.failures = 0;
    this.looked = looked;
    const { statement, reply } = looked;
    if (isGated(statement)) {
      await this.ports.words();
      signal.throwIfAborted();
      this.showGate(looked, problem);
      // Reloaded in the tab that has taken its view: nobody has to press Open for what is theirs.
      const free = statement.suite === 0 && this.held.suffices(statement) && this.ports.tab.hasTaken(link.id);
      if (!problem && free) this.press({ passphrase: "" });
      return;
    }
    // Nothing stands before it, and yet there is no pepper: the record is not the one the statement speaks of.
    if (reply.pepper.length === 0) throw new ViewError("damaged");
    this.showShare(await unseal(this.ports, link, looked, keysOf(link, none, none), reply.pepper, signal));
  }

  private async wait(): Promise<void> {
    await this.ports.words();
    this.show({ at: "waiting" });
  }

  private showGate({ statement, reply, skew }: Looked, problem?: Problem): void {
    const { tab } = this.ports;
    const usedUp = statement.viewLimit > 0 && reply.taken >= statement.viewLimit;
    if (usedUp && !tab.hasAsked(statement.id)) throw new ViewError("used");
    const gate = {
      statement,
      taken: reply.taken,
      mine: tab.hasTaken(statement.id),
      admitted: this.held.suffices(statement),
      skew,
    };
    this.show({ at: "gate", gate, ...(problem ? { problem } : {}) });
  }

  /** Somebody pressed Open. */
  press({ passphrase, key }: { readonly passphrase: string; readonly key?: Key }): void {
    const { looked, link, ports } = this;
    if (!looked || !link || this.state.at !== "gate" || this.state.busy) return;
    const r = this.held.for(looked.statement);
    const signal = this.begin();
    const busy = (step: Busy) => this.regate({ busy: step });
    const took = () => {
      this.took = true;
    };
    const found = (r: Bytes) => this.hold(r, looked.statement);
    pass({ ports, link, looked, passphrase, key, r, found, busy, took, signal }).then(
      (share) => {
        if (!signal.aborted) this.showShare(share);
      },
      (error) => this.refused(error, signal),
    );
  }

  /** Somebody asked the sender to be let in. */
  async ask(): Promise<void> {
    const { looked, link, ports } = this;
    if (!looked || !link || this.state.at !== "gate" || this.state.busy) return;
    const { gate } = this.state;
    const { statement } = looked;
    const signal = this.begin();
    try {
      const r = await ports.askToBeLetIn({
        ...{ link, statement, signal, now: ports.now },
        show: (knocking) => this.show({ at: "door", gate, knocking }),
      });
      this.hold(r, statement);
      this.showGate(looked);
      // Who asked wants to see it. Where a view is counted or a passphrase is missing, they decide once more.
      if (statement.suite === 0 && statement.viewLimit === 0) this.press({ passphrase: "" });
    } catch (error) {
      if ((this.state as ViewState).at === "door") this.show({ at: "gate", gate });
      this.refused(error, signal);
    }
  }

  private begin(): AbortSignal {
    this.attempt = new AbortController();
    return either(this.run.signal, this.attempt.signal);
  }

  private hold(r: Bytes, s: Statement): void {
    this.held.keep(r, s);
    if (this.state.at === "gate") this.state = { ...this.state, gate: { ...this.state.gate, admitted: true } };
  }

  /** Stops what press or ask began. A view that was counted meanwhile stays this tab's. */
  cancel(): void {
    this.attempt.abort();
  }

  private regate(more: { readonly busy?: Busy; readonly problem?: Problem }): void {
    if (this.state.at === "gate") this.show({ at: "gate", gate: this.state.gate, ...more });
  }

  /** What went wrong after Open was pressed: beside the field where another press can help, else a page of its own. */
  private refused(error: unknown, signal: AbortSignal): void {
    if (this.run.signal.aborted) return;
    const problem = signal.aborted ? stopped(this.state) : problemOf(this.judge(error), this.ports.now());
    const { link } = this;
    if (problem?.code === "changed" && link) this.guard(() => this.open(link, this.run.signal, problem));
    else if (problem || signal.aborted) this.regate(problem ? { problem } : {});
    else this.fail(error);
  }

  /**
   * With R from a sender who was asked, and another revision since, a passphrase may be right and R the old one: nobody can
   * tell, so both are asked for again.
   */
  private judge(error: unknown): unknown {
    const { held, looked } = this;
    if (!(error instanceof GateError) || error.code !== "wrong-passphrase") return error;
    if (!looked || !held.mayBeOld(looked.statement)) return error;
    held.forget();
    return new GateError("changed");
  }

  private showShare(share: Opened): void {
    this.keys = share.keys;
    this.show({ at: "open", share });
    if (share.statement.stage === 1) this.awaitOriginals(share);
  }

  /** Looks for the originals while they are on their way. */
  private async awaitOriginals(share: Opened): Promise<void> {
    const { signal } = this.run;
    try {
      for (let n = 0; this.ports.now() + share.skew < share.statement.created + lateAfter; n++) {
        await restForOriginals(n, signal);
        if (await this.refresh(share)) return;
      }
    } catch {
      // Ended together with the page, or by another start.
    }
  }

  /** Fetches the share again; true when it is another one now, or gone. Only what releases a pepper is noted in a log. */
  private async refresh({ link, keys, statement }: Opened): Promise<boolean> {
    const { signal } = this.run;
    try {
      const { revision } = (await look(this.ports, link, none, none, signal)).statement;
      if (revision === statement.revision) return false;
      const looked = await look(this.ports, link, keys.unlock, told(statement, none), signal);
      this.looked = looked;
      const { pepper } = looked.reply;
      if (pepper.length === 0) await this.regateAll(looked);
      else this.showShare(await unseal(this.ports, link, looked, keys, pepper, signal));
    } catch (error) {
      signal.throwIfAborted();
      if (isAway(error) || isApi(error, "later", "uploading")) return false;
      // It went while its photos are on the screen: they stay, and words say what happened.
      if (this.state.at === "open") this.show({ ...this.state, late: codeOf(error) });
    }
    return true;
  }

  /** What was known does not open it any more: everything is asked for again. */
  private async regateAll(looked: Looked): Promise<void> {
    if (looked.statement.viewLimit === 0) this.held.forget();
    await this.ports.words();
    this.showGate(looked, { code: "changed" });
  }

  /** Reads an entry of the open share. */
  readonly read = (
    share: Opened,
    entry: Entry,
    signal: AbortSignal,
    progress?: (done: number) => void,
  ): Promise<Bytes> => this.reading(share, signal, (ports, both) => readPlace(ports, share, entry, both, progress));

  /** Runs a reader of the open share. A share that changed is reopened; the caller sees that as an AbortError. */
  readonly reading = async <T>(
    share: Opened,
    signal: AbortSignal,
    read: (p: Reads, both: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    const both = either(signal, this.run.signal);
    try {
      return await read(this.ports, both);
    } catch (error) {
      both.throwIfAborted();
      // Parts answer "gone" also to an unlock token that a new passphrase made useless: open tells which it is.
      if (!isApi(error, "changed", "gone")) throw error;
      if (await this.refresh(share)) throw new DOMException("changed", "AbortError");
      throw new ViewError("damaged");
    }
  };

  /** Forgets everything: the page is being left. */
  close(): void {
    this.run.abort();
    this.attempt.abort();
    const { keys } = this;
    const secrets = [this.link?.view, keys?.pw, keys?.r, keys?.unlock, this.looked?.reply.pepper];
    if (this.state.at === "open") secrets.push(...this.state.share.bundles.map((b) => b.key));
    for (const secret of secrets) secret?.fill(0);
    this.link = undefined;
    this.keys = undefined;
    this.held.forget();
    this.looked = undefined;
    this.ports.opener.close();
    this.show({ at: "closed" });
  }
}
