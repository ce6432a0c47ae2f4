// What the page and the opener's worker say to each other: calls with a number, answers with the same number.
import type { Bytes } from "./bytes.ts";
import type { FormatCode } from "./errors.ts";
import type { Index, Manifest, Photo } from "./manifest.ts";
import type { Place } from "./span.ts";
import type { Statement } from "./statement.ts";

/** Everything that `open` answers and the link says, to be checked. */
export interface ToCheck {
  readonly id: Bytes;
  readonly view: Bytes;
  readonly statement: Bytes;
  readonly signature: Bytes;
  readonly manifest: Bytes;
  readonly locks: Bytes;
  /** Empty where the server kept it back. */
  readonly pepper: Bytes;
}

export interface Checked {
  readonly statement: Statement;
  /** Opened already where nothing stands before it; null also where it does not open, which opening it again explains. */
  readonly manifest: Manifest | null;
}

/** What opens a manifest whose statement was checked. pw and r are empty when the share does not use them. */
export interface ToOpen {
  readonly statement: Statement;
  readonly sealed: Bytes;
  readonly view: Bytes;
  readonly pepper: Bytes;
  readonly pw: Bytes;
  readonly r: Bytes;
}

export interface Calls {
  check: { args: ToCheck; gives: Checked };
  manifest: { args: ToOpen; gives: Manifest };
  /** Begins to read a variant under a number of the caller's. */
  begin: { args: { readonly job: number; readonly place: Place }; gives: null };
  feed: { args: { readonly job: number; readonly bytes: Bytes }; gives: null };
  beginning: { args: { readonly job: number }; gives: Bytes };
  finish: { args: { readonly job: number }; gives: Bytes };
  drop: { args: { readonly job: number }; gives: null };
  index: {
    args: { readonly doc: Bytes; readonly statement: Statement; readonly index: Index };
    gives: readonly Photo[];
  };
}

export type Op = keyof Calls;

export type Call = { [O in Op]: { readonly n: number; readonly op: O; readonly args: Calls[O]["args"] } }[Op];

export type Answer =
  | { readonly ready: true }
  | { readonly n: number; readonly gives: Calls[Op]["gives"] }
  | { readonly n: number; readonly code: FormatCode | "failed"; readonly message: string };
