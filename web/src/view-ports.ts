// What the page that shows a share gives its model: requests, the opener, what is loaded late, the tab's memory, time.
import { guess, openShare, readParts, take } from "./api/share.ts";
import { type Bytes, equal } from "./format/bytes.ts";
import type * as Identity from "./format/identity.lazy.ts";
import type { Link } from "./format/link.ts";
import { lazy } from "./lib/lazy.ts";
import { addWords } from "./lib/words.ts";
import type { Key, Ports } from "./model/opening.ts";
import { GateError } from "./model/passing.ts";
import { openTab } from "./model/tab.ts";
import type { Begun } from "./view-begin.ts";
import type * as Rare from "./view-rare.lazy.ts";

const tab = openTab(() => sessionStorage);

export function viewPorts({ opener, first }: Begun): Ports {
  return {
    api: { openShare: firstOf(first), guess, take, readParts },
    opener,
    unlock,
    askToBeLetIn: async (asking) => (await rare()).askToBeLetIn(asking),
    words: async () => addWords((await rare()).words),
    derive: async (d) => (await rare()).derivePassphrase(d),
    tab,
    now: () => Date.now(),
  };
}

/** openShare, whose first question has been asked already. */
function firstOf(first: Begun["first"]): Ports["api"]["openShare"] {
  let begun = first;
  return (id, read, unlock, guessId, signal) => {
    const same = begun && equal(begun.id, id) && guessId.length === 0 ? begun.open : undefined;
    begun = undefined;
    return openShare(id, read, unlock, guessId, signal, undefined, same);
  };
}

const rare = () => lazy<typeof Rare>("view-rare");

/**
 * R by a key of a named recipient. A passkey is asked before anything else is loaded, while the press of a button still counts:
 * what asks it is there, since the words beside that button came with it.
 */
async function unlock(locks: Bytes, { id, view }: Link, key: Key, signal: AbortSignal): Promise<Bytes | undefined> {
  const scalar = key.kind === "passkey" ? await passkey(signal) : undefined;
  const { openLocks, openLocksByScalar } = await lazy<typeof Identity>("identity");
  if (key.kind === "typed") return openLocks(locks, view, id, key.text);
  return scalar && openLocksByScalar(locks, view, id, scalar);
}

async function passkey(signal: AbortSignal): Promise<Bytes> {
  try {
    return await (await rare()).askPasskey(signal);
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    throw code === "passkey" || code === "passkey-old" ? new GateError(code) : error;
  }
}
