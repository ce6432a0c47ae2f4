// The page that shows a share: /s#code. What it shows was begun before (view-begin.ts).
import { render } from "preact";
import common from "../locales/en/common.json";
import view from "../locales/en/view.json";
import { viewFragment } from "./format/fragment.ts";
import { linkOf } from "./format/link.ts";
import { addWords, loadLanguage } from "./lib/words.ts";
import { Viewing } from "./model/viewing.ts";
import { type Begun, begin, begun } from "./view-begin.ts";
import { viewPorts } from "./view-ports.ts";
import { ViewApp } from "./viewer/app.tsx";

/** Until then nothing is drawn while the share opens, ms: drawing would hold up the photo, and flash by. */
const patience = 400;

addWords({ ...common, ...view });

const root = document.getElementById("app");
const language = loadLanguage();
let viewing: Viewing | undefined;

/** Opens what began. What a former link opened is forgotten. */
function open(began: Begun): void {
  viewing?.close();
  viewing = new Viewing(viewPorts(began), () => linkOf(viewFragment()));
  viewing.start();
  void draw(viewing);
}

async function draw(now: Viewing): Promise<void> {
  await Promise.all([language, opened(now)]);
  if (root && viewing === now) render(<ViewApp key={++drawn} viewing={now} />, root);
}

let drawn = 0;

/** Resolves once there is something to show, or it takes a while. */
function opened(now: Viewing): Promise<void> {
  return new Promise((resolve) => {
    const end = now.subscribe(() => done());
    const done = () => {
      if (now.state.at === "opening") return;
      end();
      resolve();
    };
    done();
    setTimeout(resolve, patience);
  });
}

open(begun);
addEventListener("hashchange", () => open(begin()));
// Nothing stays behind in a page that the browser keeps for the back button; coming back opens the share again.
addEventListener("pagehide", () => {
  viewing?.close();
  viewing = undefined;
  if (root) render(null, root);
});
addEventListener("pageshow", (event) => {
  if (event.persisted) open(begin());
});
