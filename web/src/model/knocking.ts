// A viewer at the door of a share whose sender is asked first: knocks, opens the commitment once the sender has answered,
// shows the words, and waits for the decision. FORMAT.md, "Ask first".
import { ApiError, isAway } from "../api/errors.ts";
import { pause } from "../api/http.ts";
import type { KnockReply, knock, reveal } from "../api/knock.ts";
import { type Bytes, equal, none } from "../format/bytes.ts";
import { readToken } from "../format/kdf.ts";
import type { Knocker } from "../format/knock.ts";
import type * as KnockViewer from "../format/knock-viewer.lazy.ts";
import type { Link } from "../format/link.ts";
import type { Statement } from "../format/statement.ts";
import { GateError } from "./passing.ts";
import { type Knocking, ViewError } from "./view-state.ts";

/** Who asks, and for what. */
export interface Asking {
  readonly link: Link;
  readonly statement: Statement;
  readonly now: () => number;
  readonly show: (k: Knocking) => void;
  readonly signal: AbortSignal;
}

export interface Knock extends Asking {
  readonly api: { readonly knock: typeof knock; readonly reveal: typeof reveal };
  /** lazy<typeof KnockViewer>("knock-viewer"). */
  readonly knocker: () => Promise<typeof KnockViewer>;
}

const rests = [1000, 1500, 2000, 3000];
const slowAfter = 45_000;
const rest = (n: number): number => rests[Math.min(n, rests.length - 1)] ?? 3000;

/** What the sender has said so far. Once said, it stays. */
interface Heard {
  o: Bytes;
  words: readonly string[];
  until: number;
}

/** R, when the sender lets this viewer in. Throws GateError: refused, expired, full, changed. */
export async function askToBeLetIn(k: Knock): Promise<Bytes> {
  const { now, statement, signal } = k;
  k.show({ step: "sending", slow: false, away: false });
  const rules = await k.knocker();
  const knocker = rules.newKnocker(k.link.id);
  const heard: Heard = { o: none, words: [], until: Number.POSITIVE_INFINITY };
  const began = now();
  for (let n = 0; ; n++) {
    if (now() >= heard.until) throw new GateError("expired");
    const reply = await hear(k, knocker, heard);
    if (reply) {
      heard.until = now() + reply.until - reply.now;
      if (reply.status === 2 && heard.o.length === 0) {
        heard.words = rules.viewerWords(knocker, statement.owner, reply.o, reply.signature);
        heard.o = reply.o;
        continue; // the commitment is opened at once
      }
      if (reply.status > 1 && !equal(reply.o, heard.o) && reply.status !== 5) throw new ViewError("damaged");
      if (reply.status === 4) return rules.admitted(knocker, statement.owner, reply.box, reply.boxSignature);
      if (reply.status === 5) throw new GateError("refused");
    }
    k.show(shown(heard, now() - began > slowAfter, reply === undefined));
    await pause(rest(n), signal);
  }
}

function shown(heard: Heard, late: boolean, away: boolean): Knocking {
  const { words } = heard;
  const until = Number.isFinite(heard.until) ? { until: heard.until } : {};
  if (words.length > 0) return { step: "words", words, ...until, slow: false, away };
  return { step: "waiting", ...until, slow: late, away };
}

/** One question to the server; undefined when it does not answer at the moment. */
async function hear(k: Knock, { key, n, c }: Knocker, heard: Heard): Promise<KnockReply | undefined> {
  const { api, link, signal } = k;
  const read = readToken(link.view, link.id);
  try {
    if (heard.o.length > 0) return await api.reveal(link.id, read, c, key.publicKey, n, signal);
    return await api.knock(link.id, read, c, signal);
  } catch (error) {
    signal.throwIfAborted();
    return refusedBy(error, k, heard);
  }
}

function refusedBy(error: unknown, k: Knock, heard: Heard): undefined {
  const known = Number.isFinite(heard.until);
  if (known && isAway(error)) return undefined;
  if (!(error instanceof ApiError)) throw error;
  // A place may become free long before the server says so, which knows only when the first one lapses.
  if (error.code === "later" && !known) throw new GateError("full");
  if (error.code === "later") return undefined;
  // A knock that lapsed is malformed, and so is a question to a share that does not ask first any more.
  if (error.code === "malformed") throw new GateError(known && heard.o.length > 0 ? "expired" : "changed");
  throw error;
}
