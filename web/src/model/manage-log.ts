// The access log of a share, read with the manage link's key: fetched, opened, and written out. No DOM.
import { latest } from "../api/http.ts";
import type { LogReply } from "../api/owner-rules.ts";
import type { AccessLog, LogEvent } from "../format/access-log.ts";
import type { Bytes } from "../format/bytes.ts";
import type { Signer } from "../format/signature.ts";

export interface LogPorts {
  readonly read: (s: Signer, id: Bytes, signal: AbortSignal) => Promise<LogReply>;
  readonly late: () => Promise<{
    readonly openLog: (owner: Bytes, id: Bytes, sealed: Bytes, now: number) => AccessLog;
  }>;
  readonly now: () => number;
  readonly rest: (signal: AbortSignal) => Promise<void>;
}

export type LogState =
  | { readonly at: "reading" }
  | { readonly at: "failed" }
  | {
      readonly at: "read";
      /** The oldest first, times in ms of this device's clock. */
      readonly events: readonly LogEvent[];
      /** Older ones that the server has dropped. */
      readonly dropped: number;
      /** Entries that are none of this share: somebody changed them. */
      readonly broken: number;
      /** How many ms the server's clock is ahead of this device's. */
      readonly skew: number;
    };

export class LogReader {
  state: LogState = { at: "reading" };
  readonly #ports: LogPorts;
  readonly #signer: Signer;
  readonly #owner: Bytes;
  readonly #id: Bytes;
  readonly #listeners = new Set<() => void>();
  readonly #run = new AbortController();

  constructor(ports: LogPorts, signer: Signer, owner: Bytes, id: Bytes) {
    this.#ports = ports;
    this.#signer = signer;
    this.#owner = owner;
    this.#id = id;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reads it, and again from time to time, until close. */
  async watch(): Promise<void> {
    const { signal } = this.#run;
    while (!signal.aborted) {
      await this.read();
      await this.#ports.rest(signal).catch(() => undefined);
    }
  }

  async read(): Promise<void> {
    const { signal } = this.#run;
    try {
      const { ever, sealed, now } = await this.#ports.read(this.#signer, this.#id, signal);
      const { openLog } = await this.#ports.late();
      const { events, broken } = openLog(this.#owner, this.#id, sealed, now);
      const skew = now - this.#ports.now();
      const here = events.map((event) => ({ ...event, at: dated(event.at - skew) }));
      this.#show({ at: "read", events: here, dropped: Math.max(0, ever - events.length - broken), broken, skew });
    } catch {
      // What was read stays: the next time it is read again.
      if (!signal.aborted && this.state.at !== "read") this.#show({ at: "failed" });
    }
  }

  close(): void {
    this.#run.abort();
    this.#listeners.clear();
  }

  #show(state: LogState): void {
    this.state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** The server seals the events, and so could seal a time that no Date holds, over which the page would fall. */
const dated = (at: number): number => Math.min(Math.max(at, -latest), latest);

type Read = Extract<LogState, { at: "read" }>;

const names = { opened: "opened", taken: "taken", knocked: "asked", commented: "comment", other: "unknown" } as const;

/** How an event is called in files: words that do not change. */
export function eventName({ kind, wrong }: LogEvent): string {
  if (kind !== "tried") return names[kind];
  if (wrong === undefined) return "tried-passphrase";
  return wrong ? "wrong-passphrase" : "right-passphrase";
}

/** What files say: the server's time, which is the same whoever reads the log, and so byte for byte what "safelight log" prints. */
const rowsOf = ({ events, skew }: Read) =>
  events.map((event) => ({
    at: new Date(dated(event.at + skew)).toISOString(),
    what: eventName(event),
    revision: event.revision,
  }));

/** As CSV (RFC 4180): time in UTC, event, revision of the rules that were in force. */
export function csvOf(log: Read): string {
  const rows = rowsOf(log).map(({ at, what, revision }) => [at, what, revision]);
  return [["at", "what", "revision"], ...rows].map((row) => `${row.join(",")}\r\n`).join("");
}

export function jsonOf(log: Read): string {
  const ever = log.events.length + log.broken + log.dropped;
  return `${JSON.stringify({ events: rowsOf(log), ever, unreadable: log.broken })}\n`;
}
