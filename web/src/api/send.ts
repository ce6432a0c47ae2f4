// What a sender asks the server for. Bodies of owner requests are signed by the pack worker; here they are only sent.
import type { Part } from "../engine/protocol.ts";
import { type Bytes, text } from "../format/bytes.ts";
import { decode, Fields } from "../format/msgpack.ts";
import type { SendFault } from "../model/send-courier.ts";
import type { SendApi } from "../model/send-run.ts";
import type { SendSite } from "../model/send-state.ts";
import { ApiError } from "./errors.ts";
import { ask, bytesOf } from "./http.ts";

/** Milliseconds for a part of any size on a bad line. */
const partPatience = 300_000;

/** The requests of a share. token gives the operator's admit token, or nothing. */
export function sendApi(token: () => string): SendApi {
  const owner = async (id: string, body: Bytes, signal: AbortSignal, headers = {}) =>
    bytesOf(await ask(`shares/${id}/owner`, { method: "POST", body, headers, signal }), signal);
  return {
    owner,
    create: (id, body, signal) => owner(id, body, signal, token() === "" ? {} : { Authorization: `Bearer ${token()}` }),
    async challenge(id, signal) {
      const reply = await bytesOf(await ask(`shares/${id}/challenge`, { method: "POST", signal, tries: 3 }), signal);
      return new Fields(decode(reply), 1, () => new ApiError("reply")).bin(24);
    },
    put,
  };
}

async function put(id: string, { upload, part, bytes, digest }: Part, signal: AbortSignal): Promise<void> {
  const reply = await ask(`shares/${id}/parts/${upload.id}/${part}`, {
    method: "PUT",
    body: new Blob([bytes]), // of bytes themselves fetch makes a copy while the page waits
    headers: {
      "Content-Type": "application/octet-stream",
      Authorization: `Bearer ${upload.token}`,
      "Content-Digest": `sha-256=:${digest}:`,
    },
    signal,
    patience: partPatience,
  });
  // The connection is free for the next part when the reply has been read, empty as it is.
  await bytesOf(reply, signal);
}

/** What the operator decides. Until it is known, the page goes by what servers usually allow. */
export async function readSite(signal: AbortSignal): Promise<SendSite> {
  const reply = await ask("site", { signal, tries: 3 });
  const site: unknown = JSON.parse(text(await bytesOf(reply, signal)));
  const { admit, limits } = site as { admit?: unknown; limits?: { [name: string]: unknown } };
  const number = (name: string) => {
    const value = limits?.[name];
    if (typeof value !== "number" || !(value > 0)) throw new ApiError("reply");
    return value;
  };
  const presets = limits?.expiryPresets;
  if (!Array.isArray(presets)) throw new ApiError("reply");
  return {
    token: admit === "token",
    largest: number("shareBytes"),
    longest: 1000 * number("expiry"),
    lifetime: 1000 * number("defaultExpiry"),
    lifetimes: presets.filter((value): value is number => typeof value === "number").map((seconds) => 1000 * seconds),
    views: number("views"),
  };
}

/** What the server's codes mean for a share that is under way. */
const faults: { readonly [code: string]: SendFault } = {
  unreachable: { retry: "again", code: "away" },
  unavailable: { retry: "again", code: "away" },
  internal: { retry: "again", code: "away" },
  busy: { retry: "again", code: "away" },
  timeout: { retry: "again", code: "away" },
  digest: { retry: "again", code: "away" },
  challenge: { retry: "again", code: "away" },
  later: { retry: "wait", code: "later" },
  full: { retry: "wait", code: "full" },
  token: { retry: "wait", code: "token" },
  admit: { retry: "wait", code: "token" },
  large: { retry: "never", code: "too-much" },
  gone: { retry: "never", code: "gone" },
};

/** Longer than this, a server that asks for patience gets a sentence on the page instead of a silent wait. */
const quietWait = 20_000;

export function sendFault(thrown: unknown): SendFault {
  if (!(thrown instanceof ApiError)) {
    const code = (thrown as { code?: unknown } | null)?.code;
    return { retry: "never", code: typeof code === "string" ? code : "internal" };
  }
  const named = thrown.problem.code;
  const fault = faults[typeof named === "string" ? named : thrown.code] ?? faults[thrown.code];
  if (!fault) return { retry: "never", code: "refused" };
  const after = thrown.retryAfter === undefined ? undefined : 1000 * thrown.retryAfter;
  if (after === undefined) return fault;
  return after <= quietWait ? { retry: "again", code: fault.code, after } : { ...fault, after };
}
