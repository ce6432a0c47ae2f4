// The states of a page that shows a share. No DOM, no request: viewing.ts moves from one to the next.

import { ApiError, isAway } from "../api/errors.ts";
import { type FormatError, isFormatError } from "../format/errors.ts";
import type { Link } from "../format/link.ts";
import type { Photo } from "../format/manifest.ts";
import type { Statement } from "../format/statement.ts";
import { UpdatedError } from "../lib/lazy.ts";
import { named } from "../lib/named.ts";
import type { Keys } from "./opening.ts";

/** Why a page shows words instead of photos; each has its words in the catalogue. */
export const viewCodes = [
  "link-none",
  "link-cut",
  "link-mistyped",
  "link-manage",
  "link-kind",
  "gone",
  "used",
  "damaged",
  "newer",
  "later",
  "unreachable",
  "server",
  "updated",
  "failed",
] as const;
export type ViewCode = (typeof viewCodes)[number];

/** Why the gate stays closed; shown beside the field. */
export const problemCodes = [
  "wrong-passphrase",
  "stopped",
  "empty-passphrase",
  "long-passphrase",
  "empty-key",
  "bad-key",
  "ssh-key",
  "wrong-key",
  "passkey",
  "passkey-old",
  "refused",
  "expired",
  "full",
  "later",
  "unreachable",
  "changed",
] as const;
export type ProblemCode = (typeof problemCodes)[number];

export interface Problem {
  readonly code: ProblemCode;
  /** Local time in ms before which another try is useless. */
  readonly until?: number;
}

export interface Gate {
  readonly statement: Statement;
  readonly taken: number;
  /** This tab has taken a view before: opening again is free. */
  readonly mine: boolean;
  /** R is known: nobody has to show a key or ask the sender. */
  readonly admitted: boolean;
  /** Server time minus local time, ms. */
  readonly skew: number;
}

/** What to say after somebody stopped what Open began: a passphrase that the server was asked about has used up a guess. */
export function stopped(s: ViewState): Problem | undefined {
  const asked =
    s.at === "gate" && s.gate.statement.suite > 0 && s.busy && ["asking", "stretching"].includes(s.busy.step);
  return asked ? { code: "stopped" } : undefined;
}

/** Problems that stand beside the field for a key, and those that stand where the sender is asked. */
export const keyProblems: readonly ProblemCode[] = [
  "empty-key",
  "bad-key",
  "ssh-key",
  "wrong-key",
  "passkey",
  "passkey-old",
];

/** How far somebody is who asks to be let in. */
export interface Knocking {
  /** sending: not heard yet; waiting: for the sender's page to answer; words: for the sender's decision. */
  readonly step: "sending" | "waiting" | "words";
  readonly words?: readonly string[];
  /** Local time at which the question lapses, ms. */
  readonly until?: number;
  /** Nobody has answered for a while. */
  readonly slow: boolean;
  /** The server does not answer at the moment. */
  readonly away: boolean;
}

export interface Busy {
  readonly step: "unlocking" | "asking" | "stretching" | "taking" | "opening";
  /** 0 to 1, where that is known. */
  readonly done?: number;
}

/** A share that is open: everything that showing it takes. */
export interface Opened {
  readonly link: Link;
  readonly keys: Keys;
  readonly statement: Statement;
  readonly title: string;
  readonly words: string;
  readonly photos: readonly Photo[];
  readonly bundles: readonly { readonly key: Uint8Array<ArrayBuffer>; readonly head: Uint8Array<ArrayBuffer> }[];
  readonly taken: number;
  readonly skew: number;
}

export type ViewState =
  | { readonly at: "opening" }
  | { readonly at: "waiting" }
  | { readonly at: "gate"; readonly gate: Gate; readonly busy?: Busy; readonly problem?: Problem }
  | { readonly at: "door"; readonly gate: Gate; readonly knocking: Knocking }
  | { readonly at: "open"; readonly share: Opened; readonly late?: ViewCode }
  | { readonly at: "failed"; readonly code: ViewCode; readonly used: boolean; readonly retryAt?: number }
  | { readonly at: "closed" };

/** A refusal of the model's own. */
export class ViewError extends Error {
  override name = "ViewError";
  static override [Symbol.hasInstance] = named("ViewError");
  readonly code: ViewCode;

  constructor(code: ViewCode) {
    super(code);
    this.code = code;
  }
}

/** The words for whatever was thrown. */
export function codeOf(error: unknown): ViewCode {
  if (error instanceof ViewError) return error.code;
  if (error instanceof UpdatedError) return "updated";
  if (isFormatError(error)) return codeOfFormat(error);
  if (error instanceof ApiError) return codeOfApi(error);
  return "failed";
}

function codeOfFormat({ code }: FormatError): ViewCode {
  switch (code) {
    case "link-none":
    case "link-cut":
    case "link-mistyped":
    case "link-manage":
    case "link-kind":
      return code;
    case "version":
      return "newer";
    default:
      return "damaged";
  }
}

function codeOfApi(error: ApiError): ViewCode {
  if (isAway(error)) return "unreachable";
  switch (error.code) {
    case "gone":
    case "used":
    case "later":
      return error.code;
    default:
      return "server";
  }
}
