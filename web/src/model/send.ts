// The send page as a state machine, without DOM: photos are chosen and prepared, rules are set, a share is sent.
import { type FaultCode, faultOf } from "../engine/fault.ts";
import type { NewShare, Part } from "../engine/protocol.ts";
import { Cargo } from "./send-cargo.ts";
import { Courier } from "./send-courier.ts";
import { type Leaving, outgoing, rulesOf } from "./send-outgoing.ts";
import { type Photo, Prepare } from "./send-prepare.ts";
import type { Arrived, Load, Span } from "./send-progress.ts";
import {
  type Faults,
  faultsOf,
  firstRules,
  lifetimeText,
  parseLifetime,
  parseViews,
  type RuleFields,
} from "./send-rules.ts";
import { type Begun, discard, run, type Step } from "./send-run.ts";
import {
  begins,
  type Phase,
  type Sending,
  type SendPorts,
  type SendSite,
  type Strength,
  unmeasured,
  usual,
} from "./send-state.ts";

/** The photos of a share as they are by now. Every drawing asks several times, and there may be 2,000. */
interface Joined {
  readonly cargo: Cargo;
  readonly photos: readonly Photo[];
  readonly all: readonly Photo[];
}

function join(cargo: Cargo, photos: readonly Photo[]): Joined {
  const now = new Map(photos.map((photo) => [photo.key, photo]));
  return { cargo, photos, all: cargo.photos.map((photo) => now.get(photo.key) ?? photo) };
}

export class SendModel {
  readonly prepare: Prepare;
  readonly #ports: SendPorts;
  readonly #changed: () => void;
  #phase: Phase = "choosing";
  #fields: RuleFields = firstRules;
  #strength: Strength = unmeasured;
  #site: SendSite = usual;
  #sending: Sending | undefined;
  #problem: string | undefined;
  #cargo = new Cargo();
  #stop: AbortController | undefined;
  #courier: Courier | undefined;
  #begun: Begun | undefined;
  #wake: (() => void)[] = [];
  #joined: Joined | undefined;

  /** changed is called after every change of what the getters return. */
  constructor(ports: SendPorts, changed: () => void) {
    this.#ports = ports;
    this.#changed = changed;
    this.prepare = new Prepare(ports.engine, () => this.#prepared());
  }

  get phase(): Phase {
    return this.#phase;
  }

  get fields(): RuleFields {
    return this.#fields;
  }

  get site(): SendSite {
    return this.#site;
  }

  get sending(): Sending | undefined {
    return this.#sending;
  }

  /** Why nothing goes on: of the page while choosing, of the share when it failed. */
  get problem(): string | undefined {
    return this.#phase === "failed" ? this.#problem : this.prepare.problem;
  }

  /** Photos of the share that is under way, or those that are being chosen. */
  get photos(): readonly Photo[] {
    if (this.#phase === "choosing") return this.prepare.photos;
    const { photos } = this.prepare;
    if (this.#joined?.photos !== photos || this.#joined.cargo !== this.#cargo) this.#joined = join(this.#cargo, photos);
    return this.#joined.all;
  }

  /** How long the passphrase would withstand guessing, as far as that was measured. */
  get strength(): Strength {
    return this.#strength;
  }

  get faults(): Faults {
    return faultsOf(this.#fields, { ...this.#site, guesses: this.#strength.guesses });
  }

  /** Bytes of everything chosen. */
  get bytes(): number {
    return this.photos.reduce((sum, photo) => sum + photo.file.size, 0);
  }

  get busy(): boolean {
    return this.#phase === "packing" || this.#phase === "uploading" || this.#phase === "opens";
  }

  get loads(): readonly Load[] {
    return this.#cargo.loads(this.photos);
  }

  get arrived(): readonly Arrived[] {
    return this.#cargo.arrived;
  }

  get secondsLeft(): number | undefined {
    return this.#cargo.secondsLeft(this.photos);
  }

  know(site: SendSite): void {
    if (this.#fields === firstRules) this.#fields = { ...firstRules, expires: lifetimeText(site.lifetime) };
    this.#site = site;
    this.#changed();
  }

  /** Says why nothing can be sent at all. */
  stop(problem: FaultCode): void {
    this.prepare.stop(problem);
  }

  set(fields: Partial<RuleFields>): void {
    this.#fields = { ...this.#fields, ...fields };
    if ("passphrase" in fields) this.#strength = unmeasured;
    if (fields.pixelsOnly !== undefined) this.prepare.setPixelsOnly(fields.pixelsOnly);
    this.#changed();
  }

  /** Measures the passphrase. Faults has the result; a weak one is refused. False when that was not possible. */
  async measure(): Promise<boolean> {
    const { passphrase } = this.#fields;
    try {
      const strength = passphrase === "" ? unmeasured : await this.#ports.strength(passphrase);
      if (passphrase === this.#fields.passphrase) this.#strength = strength;
      this.#changed();
      return true;
    } catch (thrown) {
      this.stop(faultOf(thrown).code);
      return false;
    }
  }

  /** Sends what is chosen. Resolves when it is complete, has failed or was cancelled. */
  async send(): Promise<void> {
    if (this.busy) return;
    if (!(await this.measure())) return;
    const lifetime = parseLifetime(this.#fields.expires);
    const views = parseViews(this.#fields.views);
    if (
      this.busy ||
      this.prepare.photos.length === 0 ||
      this.prepare.unconverted.length > 0 ||
      lifetime === undefined ||
      views === undefined ||
      Object.keys(this.faults).length > 0
    )
      return;
    const stop = new AbortController();
    const photos = this.prepare.photos;
    this.#stop = stop;
    this.#cargo = new Cargo(photos);
    this.#sending = begins(this.#fields, views, this.#ports.now() + lifetime);
    this.#courier = new Courier({ ...this.#ports, paused: (paused) => this.#sent({ paused }) }, stop.signal);
    this.#enter("packing");
    try {
      await run(
        {
          start: (onPart) => this.#ports.engine.pack(onPart),
          api: this.#ports.api,
          courier: this.#courier,
          photos: photos.map((photo) => outgoing(this.#leaving(stop.signal), photo)),
          rules: rulesOf(this.#fields, lifetime, views),
          events: this.#events(),
        },
        (begun) => {
          this.#begun = begun;
        },
      );
      this.#begun?.pack.close();
      this.#begun = undefined;
    } catch (thrown) {
      if (!stop.signal.aborted) await this.#fail(thrown);
    }
  }

  /** Goes on after a pause. */
  resume(): void {
    this.#courier?.resume();
  }

  /** Stops sending and deletes what the server has of it; the photos stay chosen. */
  async cancel(): Promise<void> {
    this.#stop?.abort(new DOMException("cancelled", "AbortError"));
    this.#sending = undefined;
    this.#enter("choosing");
    await this.#discard();
  }

  /** Back to the photos after a failure, or to an empty page after a share. */
  again(): void {
    this.#stop?.abort(new DOMException("done", "AbortError"));
    this.#sending = undefined;
    if (this.#phase === "complete") {
      this.prepare.clear();
      this.set({ ...firstRules, expires: this.#fields.expires });
    }
    this.#enter("choosing");
  }

  #events() {
    const cargo = this.#cargo;
    const stop = this.#stop;
    return {
      // A worker that was busy when somebody cancelled still ends its step.
      step: (step: Step) => {
        if (!stop?.signal.aborted) this.#step(step);
      },
      linked: (share: NewShare) => this.#sent({ share }),
      sealed: (photo: number, span: Span) => {
        cargo.sealed(photo, span);
        this.#changed();
      },
      arrived: (part: Part) => {
        cargo.took(part, this.#ports.now(), this.photos);
        this.#changed();
      },
      speed: () => cargo.speed,
      now: this.#ports.now,
    };
  }

  #step(step: Step): void {
    if (step === "linked") {
      this.#ports.mark("safelight:link");
      return;
    }
    if (step === "opens") this.#ports.mark("safelight:opens");
    if (step === "complete") {
      if (this.#phase !== "opens") this.#ports.mark("safelight:opens");
      this.#ports.mark("safelight:complete");
    }
    this.#enter(step);
  }

  #sent(change: Partial<Sending>): void {
    if (this.#sending) this.#sending = { ...this.#sending, ...change };
    this.#changed();
  }

  /** The page gives the manage link away for good: nothing here holds it any more. */
  forget(): void {
    const share = this.#sending?.share;
    if (this.#phase === "complete" && share) this.#sent({ share: { ...share, manageCode: "" } });
  }

  #leaving(signal: AbortSignal): Leaving {
    return {
      prepare: this.prepare,
      further: (stripped, until) => this.#ports.engine.further(stripped, until),
      keepWords: () => this.#fields.keepCaption,
      change: () => new Promise<void>((resolve) => this.#wake.push(resolve)),
      signal,
    };
  }

  #prepared(): void {
    for (const wake of this.#wake.splice(0)) wake();
    this.#changed();
  }

  /** What the server has of a share that will never be whole is deleted. */
  async #fail(thrown: unknown): Promise<void> {
    this.#problem = this.#ports.faultOf(thrown).code;
    this.#enter("failed");
    await this.#discard();
  }

  /** Deletes, and ends the worker that held the secrets. */
  async #discard(): Promise<void> {
    const begun = this.#begun;
    this.#begun = undefined;
    if (!begun) return;
    try {
      await discard(begun, this.#ports.api, AbortSignal.timeout(20_000));
    } catch {
      // Not deleted: what was not committed is swept within a day, what was committed expires.
    } finally {
      begun.pack.close();
    }
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    for (const wake of this.#wake.splice(0)) wake();
    this.#changed();
  }
}
