// Through the gate: a recipient's key, a passphrase, a counted view, or several of them. FORMAT.md, "Opening".

import { ApiError, isAway } from "../api/errors.ts";
import { type Bytes, none } from "../format/bytes.ts";
import { isFormatError } from "../format/errors.ts";
import { usesR } from "../format/gates.ts";
import type { Link } from "../format/link.ts";
import { named } from "../lib/named.ts";
import {
  answerPassphrase,
  type Key,
  type Keys,
  keysOf,
  type Looked,
  look,
  type Ports,
  told,
  unseal,
} from "./opening.ts";
import { type Busy, type Opened, type Problem, type ProblemCode, ViewError } from "./view-state.ts";

/** The gate stays closed. */
export class GateError extends Error {
  override name = "GateError";
  static override [Symbol.hasInstance] = named("GateError");
  readonly code: ProblemCode;

  constructor(code: ProblemCode) {
    super(code);
    this.code = code;
  }
}

export interface Pass {
  readonly ports: Ports;
  readonly link: Link;
  readonly looked: Looked;
  readonly passphrase: string;
  /** What a named recipient opens with, where R is not known yet. */
  readonly key: Key | undefined;
  /** R, or empty as long as it is not known. */
  readonly r: Bytes;
  /** R was found. */
  readonly found: (r: Bytes) => void;
  readonly busy: (busy: Busy) => void;
  /** A view was counted. */
  readonly took: () => void;
  readonly signal: AbortSignal;
}

/** Everything between Open and photos. Throws GateError for what belongs beside the field. */
export async function pass(p: Pass): Promise<Opened> {
  const { statement } = p.looked;
  if (statement.suite > 0 && p.passphrase === "") throw new GateError("empty-passphrase");
  const r = usesR(statement) ? await findR(p) : none;
  const { keys, guessId } = statement.suite > 0 ? await derive(p, r) : { keys: keysOf(p.link, none, r), guessId: none };
  const { pepper, looked } = statement.viewLimit > 0 ? await take(p, keys, guessId) : await reopen(p, keys, guessId);
  p.busy({ step: "opening" });
  return unseal(p.ports, p.link, looked, keys, pepper, p.signal);
}

/** R by the key that was given. Nothing of the key leaves the page. */
async function findR(p: Pass): Promise<Bytes> {
  if (p.r.length > 0) return p.r;
  const { key, looked } = p;
  if (!key || (key.kind === "typed" && key.text.trim() === "")) throw new GateError("empty-key");
  if (key.kind === "typed" && /PRIVATE KEY-----|^ssh-/m.test(key.text)) throw new GateError("ssh-key");
  p.busy({ step: "unlocking" });
  const r = await unlock(p, key, looked.reply.locks);
  p.signal.throwIfAborted();
  if (!r) throw new GateError("wrong-key");
  p.found(r);
  return r;
}

async function unlock(p: Pass, key: Key, locks: Bytes): Promise<Bytes | undefined> {
  try {
    return await p.ports.unlock(locks, p.link, key, p.signal);
  } catch (error) {
    if (isFormatError(error) && error.code === "key") throw new GateError("bad-key");
    throw error;
  }
}

async function derive(p: Pass, r: Bytes): Promise<{ readonly keys: Keys; readonly guessId: Bytes }> {
  p.busy({ step: "asking" });
  const progress = (done: number) => p.busy({ step: "stretching", done });
  try {
    return await answerPassphrase(p.ports, p.link, p.looked.statement, p.passphrase, r, progress, p.signal);
  } catch (error) {
    if (isFormatError(error) && error.code === "passphrase-form") throw new GateError("long-passphrase");
    throw error;
  }
}

interface Passed {
  readonly pepper: Bytes;
  readonly looked: Looked;
}

/** The pepper of a share with a limit: this is what counts as a view. */
async function take(p: Pass, keys: Keys, guessId: Bytes): Promise<Passed> {
  const { ports, link, looked, signal } = p;
  const { revision, suite } = looked.statement;
  p.busy({ step: "taking" });
  const mine = ports.tab.hasTaken(link.id);
  const takeId = ports.tab.takeId(link.id);
  try {
    const pepper = await ports.api.take(link.id, keys.unlock, revision, takeId, guessId, signal);
    ports.tab.tookView(link.id);
    p.took();
    const taken = looked.reply.taken + (mine ? 0 : 1);
    return { pepper, looked: { ...looked, reply: { ...looked.reply, taken } } };
  } catch (error) {
    // A wrong unlock token is answered like a share that is gone. Whether it is gone, open tells.
    if (!(error instanceof ApiError) || error.code !== "gone") throw error;
    const again = await look(ports, link, keys.unlock, none, signal);
    if (again.statement.revision !== revision) throw new GateError("changed");
    throw suite > 0 ? new GateError("wrong-passphrase") : new ViewError("gone");
  }
}

/** The pepper of a share without a limit: open gives it to the right unlock token. */
async function reopen(p: Pass, keys: Keys, guessId: Bytes): Promise<Passed> {
  const looked = await look(p.ports, p.link, keys.unlock, told(p.looked.statement, guessId), p.signal);
  const { pepper } = looked.reply;
  if (pepper.length > 0 && looked.statement.viewLimit === 0) return { pepper, looked };
  if (looked.statement.revision !== p.looked.statement.revision) throw new GateError("changed");
  // Without a passphrase nothing was guessed: the record is not the one the statement speaks of.
  throw looked.statement.suite > 0 ? new GateError("wrong-passphrase") : new ViewError("damaged");
}

/** What to say beside the field; undefined when the failure needs a page of its own. */
export function problemOf(error: unknown, now: number): Problem | undefined {
  if (error instanceof GateError) return { code: error.code };
  if (isAway(error)) return { code: "unreachable" };
  if (!(error instanceof ApiError)) return undefined;
  if (error.code === "changed") return { code: "changed" };
  if (error.code === "later") return { code: "later", until: now + 1000 * (error.retryAfter ?? 60) };
  return undefined;
}
