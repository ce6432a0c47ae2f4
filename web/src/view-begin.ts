// What begins before the page that shows a share is there: the share is asked for and the opener started, while the script
// that draws it is still on its way. Whatever this file imports delays the first pixels.
import { openRequest } from "./api/open-request.ts";
import { type OnItsWay, send } from "./api/sending.ts";
import { type Bytes, none } from "./format/bytes.ts";
import { viewFragment } from "./format/fragment.ts";
import { readToken, unlockToken } from "./format/kdf.ts";
import { linkOf } from "./format/link.ts";
import { type Opener, startOpener } from "./format/opener.ts";

export interface Begun {
  readonly opener: Opener;
  /** Undefined where no code stands in the address bar. */
  readonly first: { readonly id: Bytes; readonly open: OnItsWay } | undefined;
}

/** Begins with the code that stands in the address bar now. */
export function begin(): Begun {
  // The question first: starting a worker holds up whatever follows.
  const first = ask();
  return { opener: startOpener(), first };
}

function ask(): Begun["first"] {
  try {
    const { id, view } = linkOf(viewFragment());
    const { path, ...request } = openRequest(id, readToken(view, id), unlockToken(view, none, none, id), none);
    const over = new AbortController();
    const answer = send(path, request, over.signal);
    answer.catch(() => {}); // told to who waits for it
    return { id, open: { answer, stop: () => over.abort() } };
  } catch {
    return undefined; // told by who reads the code again
  }
}

/** What began with this script. */
export const begun = begin();
