// The only place that reads location.hash. What stands there is the key to the photos: it goes to the functions of this
// folder and nowhere else, into no request, no storage, no history state and no error.
import { type Code, codeLength, parseCode, printCode } from "./code.ts";
import { FormatError } from "./errors.ts";

/** The code of a page that shows: a manage code gets a warning of its own, a request link belongs to /r. */
export function viewFragment(): Code & { kind: "view" | "comment" } {
  const code = parseCode(fragment());
  if (code.kind === "manage") throw new FormatError("link-manage", "this is a manage link");
  if (code.kind === "request") throw new FormatError("link-kind", "this is a request link");
  return code;
}

/** The code of the page that manages. */
export function manageFragment(): Code & { kind: "manage" } {
  const code = parseCode(fragment());
  if (code.kind === "manage") return code;
  throw new FormatError("link-view", "this is not a manage link");
}

/** The code of the page that sends to who asked; undefined without one: then the page makes request links. */
export function requestFragment(): (Code & { kind: "request" }) | undefined {
  if (fragment() === "" || fragment() === "-") return undefined;
  const code = parseCode(fragment());
  if (code.kind === "request") return code;
  throw new FormatError(code.kind === "manage" ? "link-manage" : "link-kind", "this is no request link");
}

/** What an operator's send link carries: the admit token, or nothing. */
export function admitFragment(): string {
  const token = fragment();
  return token === "-" ? "" : token; // the fragment that our own redirects carry
}

function fragment(): string {
  return location.hash.replace(/^#/, "");
}

/** How much of a cut code is there, for the words that say what is missing. Never the code itself. */
export function fragmentLength(): { readonly have: number; readonly missing: number } {
  const have = Math.min(fragment().length, codeLength);
  return { have, missing: codeLength - have };
}

/** Goes to the code inside a pasted link. False, and nothing happens, when there is none. */
export function followPasted(pasted: string): boolean {
  const at = pasted.indexOf("#");
  const code = pasted.slice(at + 1).replace(/\s+/g, "");
  try {
    parseCode(code);
  } catch {
    return false;
  }
  location.hash = code.slice(0, codeLength);
  return true;
}

/** Goes to another page of ours with the same fragment. */
export function moveTo(page: "s" | "m" | "r"): void {
  const url = new URL(page, location.href);
  url.hash = fragment();
  location.assign(url);
}

/** Takes the code out of the address bar, after the share was deleted. The browser's history may still hold it. */
export function dropFragment(): void {
  history.replaceState(null, "", location.pathname + location.search);
}

/** The link to a share, as it is given to viewers: the page's own address with another path and code. */
export function linkTo(page: "s" | "m" | "r", code: Code): string {
  const url = new URL(page, location.href);
  url.hash = printCode(code);
  return url.href;
}
