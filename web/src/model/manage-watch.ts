// What is looked at again and again while the manage page is open: who is at the door, and the access log.
import type { Bytes } from "../format/bytes.ts";
import type { Owned } from "../format/reseal.ts";
import type { Signer } from "../format/signature.ts";
import type { Statement } from "../format/statement.ts";
import { Door } from "./manage-door.ts";
import { LogReader } from "./manage-log.ts";
import type { ManagePorts } from "./manage-ports.ts";

/** Between two looks: at the door somebody waits, at the log nobody does. */
const looks = { door: 3000, log: 30_000 } as const;

export class Watch {
  /** There while the share asks first. */
  door: Door | undefined;
  /** There while it has a log. */
  log: LogReader | undefined;
  readonly #ports: ManagePorts;

  constructor(ports: ManagePorts) {
    this.#ports = ports;
  }

  /** Begins and ends what the rules ask for. owned reads the share anew, for the moment at which somebody is let in. */
  follow(s: Signer, owner: Bytes, { askFirst, logKey, id }: Statement, owned: () => Promise<Owned>): void {
    if (askFirst === 0) this.#shut("door");
    else this.door ??= this.#openDoor(s, id, owned);
    if (logKey.length === 0) this.#shut("log");
    else this.log ??= this.#openLog(s, owner, id);
  }

  close(): void {
    this.#shut("door");
    this.#shut("log");
  }

  #openDoor(s: Signer, id: Bytes, owned: () => Promise<Owned>): Door {
    const { api, late, now, rest } = this.#ports;
    const { listKnocks: list, answerKnock: answer, admitKnock: admit, refuseKnock: refuse } = api;
    const ports = { list, answer, admit, refuse, late, now, rest: (signal: AbortSignal) => rest(looks.door, signal) };
    // R as it is now: another device of the owner's may have made another one since, and the former lets nobody in.
    const door = new Door(ports, s, id, async () => (await late()).heldR(await owned()));
    void door.watch();
    return door;
  }

  #openLog(s: Signer, owner: Bytes, id: Bytes): LogReader {
    const { api, late, now, rest } = this.#ports;
    const ports = { read: api.readLog, late, now, rest: (signal: AbortSignal) => rest(looks.log, signal) };
    const log = new LogReader(ports, s, owner, id);
    void log.watch();
    return log;
  }

  #shut(what: "door" | "log"): void {
    this[what]?.close();
    this[what] = undefined;
  }
}
