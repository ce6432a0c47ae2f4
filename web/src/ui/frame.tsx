// What every page has around it: the head with the mark, the foot, and the message that ends in one action.
import type { ComponentChildren } from "preact";
import { t } from "../lib/words.ts";
import { Mark, Word } from "./mark.tsx";

export interface FrameProps {
  readonly children: ComponentChildren;
  /** A page's own links in the head. */
  readonly nav?: ComponentChildren;
}

export function Frame({ children, nav }: FrameProps) {
  return (
    <div class="page">
      <header class="top">
        <a class="brand" href="./" aria-label={t("brand")}>
          <Mark />
          <Word />
        </a>
        {nav ? <nav aria-label={t("brand")}>{nav}</nav> : null}
      </header>
      <main id="main">{children}</main>
      <footer class="foot">
        <span>{t("foot.none")}</span>
      </footer>
    </div>
  );
}
