// Loaded when somebody first wants all photos at once or a slideshow. Each lies over the room as a dialog, so that what is
// below is out of reach while it is there; with its own copy of preact, and with the words of the page.
import { render } from "preact";
import css from "../../css/gallery.late.css";
import words from "../../locales/en/gallery.json";
import type { Opened } from "../model/view-state.ts";
import { Gallery } from "./gallery.tsx";
import { addStyles, type More, type MoreProps } from "./page-parts.ts";
import { Show } from "./show.tsx";

export type MoreKind = "grid" | "show";

/** Opens one of them. ended: called once, when the person has left it. */
export function open(kind: MoreKind, props: MoreProps, ended: () => void): More {
  addStyles(css, props.place);
  props.addWords(words);
  const { root, body } = props.place;
  const before = root.activeElement;
  const dialog = body.appendChild(document.createElement("dialog"));
  let { share, current } = props;
  let at = kind;
  let closed = false;
  const room = root.getElementById("app");
  const close = () => {
    if (closed) return;
    closed = true;
    room?.classList.remove("is-covered");
    if (current !== props.current) props.go(current);
    render(null, dialog);
    dialog.close();
    dialog.remove();
    if (root !== document && before instanceof HTMLElement) before.focus(); // a modal one does it by itself
    ended();
  };
  const go = (i: number) => {
    current = i; // the room follows when it is seen again: it may have 2,000 slides
  };
  const name = () => {
    dialog.className = at === "grid" ? "gallery" : "show";
    dialog.setAttribute("aria-label", props.t(at === "grid" ? "grid.name" : "show.name"));
  };
  const draw = () => {
    if (closed) return;
    name();
    const all = { ...props, share, current, go, close, dialog };
    const to = (kind: MoreKind) => () => {
      at = kind;
      draw();
    };
    render(at === "grid" ? <Gallery {...all} show={to("show")} /> : <Show {...all} grid={to("grid")} />, dialog);
  };
  // The room below listens to the same keys.
  for (const type of ["keydown", "keyup"]) dialog.addEventListener(type, (event) => event.stopPropagation());
  dialog.addEventListener("close", close);
  name();
  // A frame is not the whole page: beside it, the page stays within reach. What is covered is not, in any case.
  if (root === document) dialog.showModal();
  else dialog.show();
  room?.classList.add("is-covered");
  // Opening and drawing in two turns: each takes a while.
  setTimeout(draw);
  return {
    update(next: Opened) {
      share = next;
      draw();
    },
    close,
  };
}
