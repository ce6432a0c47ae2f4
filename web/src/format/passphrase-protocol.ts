// What the page and the passphrase's worker say to each other.
import type { Bytes } from "./bytes.ts";
import type { FormatCode } from "./errors.ts";

export type PassphraseCall =
  | { readonly op: "blind"; readonly id: Bytes; readonly passphrase: string }
  | { readonly op: "finish"; readonly id: Bytes; readonly evaluated: Bytes };

export type PassphraseAnswer =
  | { readonly is: "ready" }
  | { readonly is: "element"; readonly element: Bytes }
  | { readonly is: "progress"; readonly done: number }
  | { readonly is: "pw"; readonly pw: Bytes }
  | { readonly is: "failed"; readonly code: FormatCode | "failed"; readonly message: string };
