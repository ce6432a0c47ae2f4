// Owner requests: the signed document is the body. FORMAT.md, "Owner requests".
import { type Bytes, concat, none } from "./bytes.ts";
import { encode, type Value } from "./msgpack.ts";
import type { Signer } from "./signature.ts";

export const actions = {
  create: 1,
  upload: 2,
  commit: 3,
  publish: 4,
  delete: 5,
  state: 6,
  log: 7,
  admit: 8,
  mailbox: 9,
} as const;
export type Action = keyof typeof actions;

export interface OwnerRequest {
  readonly action: Action;
  /** Empty, an upload id, or a challenge of the server. */
  readonly freshness: Uint8Array;
  /** That of the statement in a commit or publish, else 0. */
  readonly revision: number;
  readonly args: readonly Value[];
}

/** The body to send: the signature and the signed array. */
export function sealRequest(s: Signer, id: Uint8Array, r: OwnerRequest): Bytes {
  const doc = encode([1, id, actions[r.action], r.freshness, r.revision, r.args]);
  return concat(s.sign("request", doc), doc);
}

/** The arguments of a publish that changes rules alone: a new statement, everything else stays. */
export function rulesArgs(s: Signer, statement: Bytes): readonly Value[] {
  return [statement, s.sign("statement", statement), ...Array.from({ length: 8 }, () => null)];
}

/** A publish without a new bundle. */
export function sealPublish(s: Signer, id: Uint8Array, revision: number, args: readonly Value[]): Bytes {
  return sealRequest(s, id, { action: "publish", freshness: none, revision, args });
}
