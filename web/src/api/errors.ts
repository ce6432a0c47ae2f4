// What can go wrong between page and server, as a closed list. Words for it stand in the catalogues, by code.

import { none, text } from "../format/bytes.ts";
import { named } from "../lib/named.ts";
import { readBody } from "./body.ts";

/** Codes of the server (server/API.md), then those of this side. */
export const apiCodes = [
  "malformed",
  "challenge",
  "statement",
  "expires",
  "views",
  "digest",
  "token",
  "origin",
  "gone",
  "not-found",
  "method",
  "timeout",
  "uploading",
  "exists",
  "changed",
  "used",
  "revision",
  "part",
  "upload",
  "closed",
  "large",
  "range",
  "later",
  "internal",
  "busy",
  "unavailable",
  "full",
  // nobody answered, or something in between did
  "unreachable",
  // an answer that is none of the protocol's
  "reply",
] as const;

export type ApiCode = (typeof apiCodes)[number];

export interface ApiFault {
  readonly status?: number;
  /** Seconds after which to try again, from Retry-After. */
  readonly retryAfter?: number;
  /** The problem document's further members. */
  readonly problem?: Readonly<Record<string, unknown>>;
}

export class ApiError extends Error {
  override name = "ApiError";
  static override [Symbol.hasInstance] = named("ApiError");
  readonly code: ApiCode;
  readonly status: number | undefined;
  readonly retryAfter: number | undefined;
  readonly problem: Readonly<Record<string, unknown>>;

  constructor(code: ApiCode, fault: ApiFault = {}) {
    super(code);
    this.code = code;
    this.status = fault.status;
    this.retryAfter = fault.retryAfter;
    this.problem = fault.problem ?? {};
  }
}

/** Reads a refusal. A problem document names its code; without one, the status has to do. */
export async function refusal(response: Response): Promise<ApiError> {
  const problem = await readProblem(response);
  const wait = Number(response.headers.get("Retry-After") ?? Number.NaN);
  const fault: ApiFault = {
    status: response.status,
    problem,
    ...(Number.isFinite(wait) ? { retryAfter: Math.max(0, wait) } : {}),
  };
  const { code } = problem;
  if (typeof code === "string" && (apiCodes as readonly string[]).includes(code))
    return new ApiError(code as ApiCode, fault);
  return new ApiError(byStatus(response.status), fault);
}

async function readProblem(response: Response): Promise<Record<string, unknown>> {
  if (!response.headers.get("Content-Type")?.startsWith("application/problem+json")) return {};
  try {
    const value: unknown = JSON.parse(text((await readBody(response)) ?? none));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function byStatus(status: number): ApiCode {
  if (status === 401) return "token";
  if (status === 429) return "later";
  if (status === 413) return "large";
  if (status === 507) return "full";
  return status >= 500 ? "unavailable" : "reply";
}

/** Nobody answered properly; the same request may succeed a little later. */
export function isAway(error: unknown): boolean {
  return error instanceof ApiError && ["unreachable", "unavailable", "busy", "timeout"].includes(error.code);
}
