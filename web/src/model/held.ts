// R, once a viewer has found it: for which share as it was. It lives in this page alone.
import { type Bytes, equal, none } from "../format/bytes.ts";
import { usesR } from "../format/gates.ts";
import type { Statement } from "../format/statement.ts";

export class HeldR {
  #r: Bytes = none;
  #locks: Bytes = none;
  #revision = 0;

  keep(r: Bytes, { locks, revision }: Statement): void {
    this.#r = r;
    this.#locks = locks;
    this.#revision = revision;
  }

  /** R for a share as it is now, as far as can be told: other locks mean another R. Empty when it is not known. */
  for(s: Statement): Bytes {
    return usesR(s) && equal(this.#locks, s.locks) ? this.#r : none;
  }

  /** Whether a share needs nothing more than what is known, as far as R goes. */
  suffices(s: Statement): boolean {
    return !usesR(s) || this.for(s).length > 0;
  }

  /** Whether the sender may have changed R since: without locks nothing shows it but another revision. */
  mayBeOld(s: Statement): boolean {
    return this.#r.length > 0 && this.#locks.length === 0 && s.revision !== this.#revision;
  }

  forget(): void {
    this.#r.fill(0);
    this.#r = none;
  }
}
