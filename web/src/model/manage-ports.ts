// What the manage page's model is given: requests, late functions, links, time.
import type { deleteShare, publish, shareState } from "../api/owner.ts";
import type { Bytes } from "../format/bytes.ts";
import type { People } from "../format/change-recipients.ts";
import type { NewPassphrase, Owned, Resealed } from "../format/reseal.ts";
import type { Signer } from "../format/signature.ts";
import type { BoxPorts } from "./manage-box.ts";
import type { DoorPorts } from "./manage-door.ts";
import type { LogPorts } from "./manage-log.ts";

/** What is loaded when a share has one of the rarer rules: format/owner-rules.lazy.ts. */
export type Late = Awaited<ReturnType<DoorPorts["late"]>> &
  Awaited<ReturnType<LogPorts["late"]>> & {
    readonly logKey: (owner: Bytes, id: Bytes) => Bytes;
    readonly heldR: (owned: Owned) => Bytes;
    readonly changeRecipients: (s: Signer, owned: Owned, people: People) => Promise<Resealed>;
    readonly openPosts: BoxPorts["openPosts"];
  };

export interface ManagePorts {
  readonly api: {
    readonly shareState: typeof shareState;
    readonly publish: typeof publish;
    readonly deleteShare: typeof deleteShare;
    readonly readLog: LogPorts["read"];
    readonly listKnocks: DoorPorts["list"];
    readonly answerKnock: DoorPorts["answer"];
    readonly admitKnock: DoorPorts["admit"];
    readonly refuseKnock: DoorPorts["refuse"];
    readonly readMailbox: BoxPorts["readMailbox"];
    readonly changeMailbox: BoxPorts["changeMailbox"];
  };
  readonly late: () => Promise<Late>;
  /** PW and k for a new passphrase; refuses weak ones with PassphraseError. */
  readonly passphrase: (id: Bytes, passphrase: string, signal: AbortSignal) => Promise<NewPassphrase>;
  readonly viewLink: (id: Bytes, view: Bytes) => string;
  readonly requestLink: (id: Bytes, view: Bytes) => string;
  readonly now: () => number;
  /** Until something is looked at again; longer while nobody looks at the page. */
  readonly rest: (ms: number, signal: AbortSignal) => Promise<void>;
}
