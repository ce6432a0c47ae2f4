// What the send page's model is told and what it shows: its phases, the site's rules, its ports, the share under way.
import type { NewShare, Part } from "../engine/protocol.ts";
import type { SendFault } from "./send-courier.ts";
import type { PrepareEngine } from "./send-prepare.ts";
import type { RuleFields } from "./send-rules.ts";
import type { PackStarter, SendApi } from "./send-run.ts";

export type Phase = "choosing" | "packing" | "uploading" | "opens" | "complete" | "failed";

/** What the server decides and shows, as far as sending goes. Times in ms, sizes in bytes. */
export interface SendSite {
  /** Sending needs a token of the operator. */
  readonly token: boolean;
  readonly largest: number;
  readonly longest: number;
  /** What the page offers first, and what beside it. */
  readonly lifetime: number;
  readonly lifetimes: readonly number[];
  /** The largest view limit. */
  readonly views: number;
}

const day = 86_400_000;

/** What servers usually allow, until it is known. */
export const usual: SendSite = {
  token: false,
  largest: 2e9,
  longest: 90 * day,
  lifetime: 7 * day,
  lifetimes: [day / 24, day, 7 * day, 30 * day],
  views: 1000,
};

/** What a passphrase withstands. */
export interface Strength {
  readonly guesses: number;
  /** What makes it weak, as the meter names it; empty when nothing in particular does. */
  readonly warning: string;
}

export const unmeasured: Strength = { guesses: Number.POSITIVE_INFINITY, warning: "" };

export interface SendPorts {
  readonly engine: PrepareEngine & { pack: (onPart: (part: Part) => void) => ReturnType<PackStarter> };
  readonly api: SendApi;
  readonly faultOf: (thrown: unknown) => SendFault;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly now: () => number;
  readonly strength: (passphrase: string) => Promise<Strength>;
  /** A moment that measurements ask for. */
  readonly mark: (name: "safelight:link" | "safelight:opens" | "safelight:complete") => void;
}

export interface Sending {
  readonly share: NewShare | undefined;
  /** When it stops to open, in ms of this device's clock. */
  readonly expires: number;
  readonly views: number;
  readonly passphrase: boolean;
  /** The rules as they were when it was sent. */
  readonly fields: RuleFields;
  /** Why everything waits. */
  readonly paused: SendFault | undefined;
}

/** What is known of a share before anything of it has left. */
export const begins = (fields: RuleFields, views: number, expires: number): Sending => ({
  share: undefined,
  expires,
  views,
  passphrase: fields.passphrase !== "",
  fields,
  paused: undefined,
});
