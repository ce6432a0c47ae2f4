// Drives a page that shows a share, from the link to open photos and through everything that can come between.
// It renders nothing; whoever does subscribes to the state.
import { ApiError, isAway } from "../api/errors.ts";
import { pause } from "../api/http.ts";
import { type Bytes, none } from "../format/bytes.ts";
import {
  type Entry,
  type Keys,
  keysOf,
  type Link,
  type Looked,
  look,
  type Ports,
  readPlace,
  unseal,
} from "./opening.ts";
import { pass, problemOf } from "./passing.ts";
import { either } from "./signals.ts";
import { type Busy, codeOf, type Opened, type Problem, ViewError, type ViewState } from "./view-state.ts";

const waitingPause = [2000, 3000, 5000, 8000, 10_000];
const stagePause = [6000, 9000, 14_000, 20_000, 30_000, 60_000];
const retryPause = [8000, 15_000, 30_000, 60_000];
const lateAfter = 24 * 3_600_000;

const nth = (list: readonly number[], n: number): number => list[Math.min(n, list.length - 1)] ?? 0;
const isApi = (error: unknown, ...codes: ApiError["code"][]): boolean =>
  error instanceof ApiError && codes.includes(error.code);

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
      this.show({ at: "failed", code, used });
      return;
    }
    const ms = nth(retryPause, this.failures++);
    this.show({ at: "failed", code, used, retryAt: this.ports.now() + ms });
    pause(ms, this.run.signal).then(
      () => this.retry(),
      () => {},
    );
  }

  /** Asks for the share until it is there, then opens it or shows the gate. */
  private async open(link: Link, signal: AbortSignal, problem?: Problem): Promise<void> {
    const keys = keysOf(link, none);
    const looked = await this.lookUntilThere(link, keys, signal);
    this.failures = 0;
    this.looked = looked;
    const { statement, reply } = looked;
    if (statement.viewLimit > 0 || statement.suite > 0) {
      this.showGate(looked, problem);
      // Reloaded in the tab that has taken its view: nobody has to press Open for what is theirs.
      if (!problem && statement.suite === 0 && this.ports.tab.hasTaken(link.id)) this.press("");
      return;
    }
    // No passphrase, no limit, and yet no pepper: the record is not the one the statement speaks of.
    if (reply.pepper.length === 0) throw new ViewError("damaged");
    this.showShare(await unseal(this.ports, link, looked, keys, reply.pepper, signal));
  }

  private async lookUntilThere(link: Link, keys: Keys, signal: AbortSignal): Promise<Looked> {
    for (let n = 0; ; n++) {
      try {
        return await look(this.ports, link, keys, none, signal);
      } catch (error) {
        if (!isApi(error, "uploading")) throw error;
        this.show({ at: "waiting" });
        await pause(nth(waitingPause, n), signal);
      }
    }
  }

  private showGate({ statement, reply, skew }: Looked, problem?: Problem): void {
    const { tab } = this.ports;
    const usedUp = statement.viewLimit > 0 && reply.taken >= statement.viewLimit;
    if (usedUp && !tab.hasAsked(statement.id)) throw new ViewError("used");
    const mine = tab.hasTaken(statement.id);
    this.show({ at: "gate", gate: { statement, taken: reply.taken, mine, skew }, ...(problem ? { problem } : {}) });
  }

  /** Somebody pressed Open. */
  press(passphrase: string): void {
    const { looked, link, ports } = this;
    if (!looked || !link || this.state.at !== "gate" || this.state.busy) return;
    this.attempt = new AbortController();
    const signal = either(this.run.signal, this.attempt.signal);
    const busy = (step: Busy) => this.regate({ busy: step });
    const took = () => {
      this.took = true;
    };
    pass({ ports, link, looked, passphrase, busy, took, signal }).then(
      (share) => {
        if (!signal.aborted) this.showShare(share);
      },
      (error) => this.refused(error, signal),
    );
  }

  /** Stops what press began. A view that was counted meanwhile stays this tab's. */
  cancel(): void {
    this.attempt.abort();
  }

  private regate(more: { readonly busy?: Busy; readonly problem?: Problem }): void {
    if (this.state.at === "gate") this.show({ at: "gate", gate: this.state.gate, ...more });
  }

  /** What went wrong after Open was pressed: beside the field where another press can help, else a page of its own. */
  private refused(error: unknown, signal: AbortSignal): void {
    if (this.run.signal.aborted) return;
    const problem = signal.aborted ? undefined : problemOf(error, this.ports.now());
    const { link } = this;
    if (problem?.code === "changed" && link) this.guard(() => this.open(link, this.run.signal, problem));
    else if (problem || signal.aborted) this.regate(problem ? { problem } : {});
    else this.fail(error);
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
        await pause(nth(stagePause, n), signal);
        if (await this.refresh(share)) return;
      }
    } catch {
      // Ended together with the page, or by another start.
    }
  }

  /** Fetches the share again; true when it is another one now, or gone. */
  private async refresh({ link, keys, statement }: Opened): Promise<boolean> {
    const { signal } = this.run;
    try {
      const looked = await look(this.ports, link, keys, none, signal);
      if (looked.statement.revision === statement.revision) return false;
      this.looked = looked;
      const { pepper } = looked.reply;
      if (pepper.length === 0) this.showGate(looked, { code: "changed" });
      else this.showShare(await unseal(this.ports, link, looked, keys, pepper, signal));
    } catch (error) {
      signal.throwIfAborted();
      if (isAway(error) || isApi(error, "later", "uploading")) return false;
      // It went while its photos are on the screen: they stay, and words say what happened.
      if (this.state.at === "open") this.show({ ...this.state, late: codeOf(error) });
    }
    return true;
  }

  /** Reads an entry of the open share. A share that changed is reopened; the caller sees that as an AbortError. */
  async read(share: Opened, entry: Entry, signal: AbortSignal, progress?: (done: number) => void): Promise<Bytes> {
    const both = either(signal, this.run.signal);
    try {
      return await readPlace(this.ports, share, entry, both, progress);
    } catch (error) {
      both.throwIfAborted();
      // Parts answer "gone" also to an unlock token that a new passphrase made useless: open tells which it is.
      if (!isApi(error, "changed", "gone")) throw error;
      if (await this.refresh(share)) throw new DOMException("changed", "AbortError");
      throw new ViewError("damaged");
    }
  }

  /** Forgets everything: the page is being left. */
  close(): void {
    this.run.abort();
    this.attempt.abort();
    const secrets = [this.link?.view, this.keys?.pw, this.keys?.unlock, this.looked?.reply.pepper];
    if (this.state.at === "open") secrets.push(...this.state.share.bundles.map((b) => b.key));
    for (const secret of secrets) secret?.fill(0);
    this.link = undefined;
    this.keys = undefined;
    this.looked = undefined;
    this.ports.opener.close();
    this.show({ at: "closed" });
  }
}
