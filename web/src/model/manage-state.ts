// The states of the manage page, and the rules that an owner can change. No DOM, no request.
import { ApiError, isAway } from "../api/errors.ts";
import type { Bytes } from "../format/bytes.ts";
import { type FormatError, isFormatError } from "../format/errors.ts";
import type { Manifest } from "../format/manifest.ts";
import type { Statement } from "../format/statement.ts";
import { UpdatedError } from "../lib/lazy.ts";
import type { Box } from "./manage-box.ts";

/** Why the page shows words instead of a share. */
export const manageCodes = [
  "link-none",
  "link-cut",
  "link-mistyped",
  "link-view",
  "gone",
  "damaged",
  "newer",
  "unreachable",
  "server",
  "later",
  "updated",
  "failed",
] as const;
export type ManageCode = (typeof manageCodes)[number];

/** Why a change was not made; shown beside the controls. */
export const changeCodes = [
  "expires",
  "past",
  "views",
  "weak",
  "passphrase",
  "busy",
  "changed",
  ...manageCodes,
] as const;
export type ChangeCode = (typeof changeCodes)[number];

/** What the owner wants to be different. Undefined stays as it is. */
export interface Change {
  readonly expires?: number;
  /** 0: no limit. */
  readonly viewLimit?: number;
  /** Empty: no access log, and what there was is erased. */
  readonly logKey?: Bytes;
}

export interface Managed {
  readonly statement: Statement;
  /** What the manage link opens of the share itself; undefined when that failed. */
  readonly manifest: Manifest | undefined;
  readonly taken: number;
  readonly draining: boolean;
  /** Server time minus local time, ms. */
  readonly skew: number;
  readonly viewLink: string;
}

export type Done = "saved" | "merged" | "passphrase" | "no-passphrase" | "people" | "log" | "no-log";

/** What was changed: its panel says what came of it. */
export type Topic = "rules" | "people" | "log";

export type Busy = "saving" | "sealing" | "deleting";

export type ManageState =
  | { readonly at: "opening" }
  /** Created, and nothing committed yet. */
  | { readonly at: "uploading"; readonly busy: boolean }
  | {
      readonly at: "open";
      readonly share: Managed;
      readonly topic: Topic;
      readonly busy?: Busy;
      readonly done?: Done;
      readonly problem?: ChangeCode;
    }
  /** The manage link is that of a request link. */
  | {
      readonly at: "mailbox";
      readonly box: Box;
      readonly busy?: Busy;
      readonly done?: Done;
      readonly problem?: ChangeCode;
    }
  | { readonly at: "deleted" }
  /** The page has given the manage link away. */
  | { readonly at: "forgotten" }
  | { readonly at: "failed"; readonly code: ManageCode; readonly retryAt?: number }
  | { readonly at: "closed" };

/** A statement with the owner's wish, as the next revision. Everything else is what stands now. */
export function changed(s: Statement, change: Change): Statement {
  return { ...s, ...change, revision: s.revision + 1 };
}

/** Why a wish cannot be granted, before anything is sent. now is the server's time. */
export function refusal(s: Statement, change: Change, now: number): ChangeCode | undefined {
  if (change.expires !== undefined && !(change.expires > now)) return "past";
  const { viewLimit } = change;
  if (viewLimit !== undefined && (!Number.isSafeInteger(viewLimit) || viewLimit < 0)) return "views";
  if (viewLimit !== undefined && viewLimit > 0 && s.stage === 1) return "busy";
  return undefined;
}

export function codeOf(error: unknown): ChangeCode {
  if (error instanceof UpdatedError) return "updated";
  if (isFormatError(error)) return codeOfFormat(error);
  if (!(error instanceof ApiError)) return "failed";
  if (isAway(error)) return "unreachable";
  switch (error.code) {
    case "gone":
    case "later":
    case "expires":
    case "views":
      return error.code;
    default:
      return "server";
  }
}

function codeOfFormat({ code }: FormatError): ChangeCode {
  switch (code) {
    case "link-none":
    case "link-cut":
    case "link-mistyped":
    case "link-view":
      return code;
    case "link-kind":
      return "newer";
    case "version":
      return "newer";
    case "passphrase-form":
      return "passphrase";
    default:
      return "damaged";
  }
}

export const isManageCode = (code: ChangeCode): code is ManageCode => (manageCodes as readonly string[]).includes(code);

/** Bytes of the sealed bundles: what the server keeps. */
export const storedSize = (s: Statement): number => s.bundles.reduce((sum, b) => sum + b.size, 0);
