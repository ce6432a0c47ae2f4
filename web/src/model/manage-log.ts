// The access log of a share, read with the manage link's key: fetched, opened, and written out. No DOM.
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
      const here = events.map((event) => ({ ...event, at: event.at - skew }));
      this.#show({ at: "read", events: here, dropped: Math.max(0, ever - events.length - broken), broken });
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

/** How an event is called in files: one word each, which do not change. */
export const eventName = ({ kind, wrong }: LogEvent): string =>
  kind === "tried"
    ? wrong === undefined
      ? "passphrase-tried"
      : wrong
        ? "passphrase-wrong"
        : "passphrase-right"
    : kind;

/** As CSV (RFC 4180): time in UTC, event, revision of the rules that were in force. */
export function csvOf(events: readonly LogEvent[]): string {
  const rows = events.map((event) => [new Date(event.at).toISOString(), eventName(event), event.revision]);
  return [["time", "event", "revision"], ...rows].map((row) => `${row.join(",")}\r\n`).join("");
}

export function jsonOf(events: readonly LogEvent[]): string {
  const rows = events.map((event) => ({
    time: new Date(event.at).toISOString(),
    event: eventName(event),
    revision: event.revision,
  }));
  return `${JSON.stringify(rows, null, 2)}\n`;
}
