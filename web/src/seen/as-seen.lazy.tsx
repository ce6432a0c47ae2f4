// Loaded when a sender first wants to see what the others will: the viewer, with its own copy of what it imports, words
// included, in a dialog of the send page.
import { render } from "preact";
import css from "../../css/seen.late.css";
import common from "../../locales/en/common.json";
import seen from "../../locales/en/seen.json";
import view from "../../locales/en/view.json";
import rules from "../../locales/en/view-rules.json";
import { lazy } from "../lib/lazy.ts";
import { addWords, loadLanguage } from "../lib/words.ts";
import { addStyles } from "../viewer/page-parts.ts";
import { Seen } from "./dialog.tsx";
import type { Draft } from "./draft.ts";

/** An open preview. */
export interface Open {
  /** Something about the photos or the rules is another thing now. */
  update(draft: Draft): void;
  close(): void;
}

/** Opens it. draft: the one of the moment in which it is open. ended: called once, when it is closed. */
export async function open(draft: () => Draft, ended: () => void): Promise<Open> {
  addWords({ ...common, ...view, ...rules, ...seen });
  // What the viewer loads late is there before it opens: from then on nothing is fetched.
  const around = draft().photos.some(({ work }) => "stripped" in work && work.stripped.pose);
  await Promise.all([loadLanguage(), ...["zoom", "film", "more", ...(around ? ["panorama"] : [])].map(lazy)]);
  addStyles(css, { root: document });
  const before = document.activeElement;
  const dialog = document.body.appendChild(document.createElement("dialog"));
  dialog.className = "seen";
  dialog.setAttribute("aria-labelledby", "seen-title");
  let closed = false;
  const close = () => {
    if (closed) return;
    closed = true;
    removeEventListener("keydown", onKey, true);
    render(null, dialog);
    dialog.close();
    dialog.remove();
    if (before instanceof HTMLElement) before.focus();
    ended();
  };
  const onKey = (event: KeyboardEvent) => hearEscape(event, dialog, close);
  const draw = (now: Draft) => render(<Seen draft={now} close={close} />, dialog);
  addEventListener("keydown", onKey, true);
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    close();
  });
  dialog.showModal();
  draw(draft());
  return { update: (now) => closed || draw(now), close };
}

/** What is open in the viewer closes first, when the keys are there. */
function hearEscape(event: KeyboardEvent, dialog: HTMLElement, close: () => void): void {
  if (event.key !== "Escape") return;
  const host = dialog.querySelector(".seen-host");
  const within = host !== null && event.composedPath().includes(host);
  if (within && host.shadowRoot?.querySelector(".info, .is-zoomed, dialog")) return;
  event.preventDefault();
  event.stopPropagation();
  close();
}
