// The states of the page that sends to who asked. No DOM, no request.
import { ApiError, isAway } from "../api/errors.ts";
import { type FormatError, isFormatError } from "../format/errors.ts";
import { UpdatedError } from "../lib/lazy.ts";

/** Why the page shows words instead of its button; each has its words in the catalogue. */
export const requestCodes = [
  "link-cut",
  "link-mistyped",
  "link-manage",
  "link-kind",
  "ended",
  "closed",
  "full",
  "damaged",
  "newer",
  "later",
  "unreachable",
  "server",
  "updated",
  "failed",
] as const;
export type RequestCode = (typeof requestCodes)[number];

export type RequestState =
  | { readonly at: "opening" }
  /** Photos can be chosen; what becomes of them, SendModel says. */
  | { readonly at: "ready" }
  | { readonly at: "delivered"; readonly photos: number }
  | { readonly at: "failed"; readonly code: RequestCode; readonly retryAt?: number }
  | { readonly at: "left" };

/** A refusal of the model's own. */
export class RequestError extends Error {
  override name = "RequestError";
  readonly code: RequestCode;

  constructor(code: RequestCode) {
    super(code);
    this.code = code;
  }
}

/** The words for whatever was thrown. */
export function codeOf(error: unknown): RequestCode {
  if (error instanceof RequestError) return error.code;
  if (error instanceof UpdatedError) return "updated";
  if (isFormatError(error)) return codeOfFormat(error);
  if (!(error instanceof ApiError)) return "failed";
  if (isAway(error)) return "unreachable";
  if (error.code === "gone") return "ended";
  return error.code === "closed" || error.code === "later" ? error.code : "server";
}

function codeOfFormat({ code }: FormatError): RequestCode {
  switch (code) {
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
