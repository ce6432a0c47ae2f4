// What begins before the page that shows a share is there: the share is asked for, and the opener started, while the script
// that draws it is still on its way. Whoever draws it takes over with drawWith.
import { guess, openShare, readParts, take } from "./api/share.ts";
import type { Bytes } from "./format/bytes.ts";
import { viewFragment } from "./format/fragment.ts";
import type * as Identity from "./format/identity.lazy.ts";
import { startOpener } from "./format/opener.ts";
import { lazy } from "./lib/lazy.ts";
import { addWords } from "./lib/words.ts";
import { type Key, type Link, linkOf, type Ports } from "./model/opening.ts";
import { GateError } from "./model/passing.ts";
import { openTab } from "./model/tab.ts";
import { Viewing } from "./model/viewing.ts";
import type * as Rare from "./view-rare.lazy.ts";

/** Draws what there is to see now, instead of what was there before. Nothing: the page is being left. */
type Draw = (viewing: Viewing | undefined) => void;

const tab = openTab(() => sessionStorage);
let viewing: Viewing | undefined;
let draw: Draw = () => undefined;

function ports(): Ports {
  return {
    api: { openShare, guess, take, readParts },
    opener: startOpener(),
    unlock,
    askToBeLetIn: async (asking) => (await rare()).askToBeLetIn(asking),
    words: async () => addWords((await rare()).words),
    derive: async (d) => (await rare()).derivePassphrase(d),
    tab,
    now: () => Date.now(),
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

/** Begins with the code that stands in the address bar now. What a former link opened is forgotten. */
function begin(): void {
  viewing?.close();
  viewing = new Viewing(ports(), () => linkOf(viewFragment()));
  viewing.start();
  draw(viewing);
}

/** From now on everything is drawn by this. */
export function drawWith(drawing: Draw): void {
  draw = drawing;
  draw(viewing);
}

// Not from here: developer tools that are asked who fetched something would parse the whole script again.
queueMicrotask(begin);
addEventListener("hashchange", begin);
// Nothing stays behind in a page that the browser keeps for the back button; coming back opens the share again.
addEventListener("pagehide", () => {
  viewing?.close();
  draw(undefined);
});
addEventListener("pageshow", (event) => {
  if (event.persisted) begin();
});
