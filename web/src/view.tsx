// The page that shows a share: /s#code.
import { render } from "preact";
import common from "../locales/en/common.json";
import view from "../locales/en/view.json";
import { guess, openShare, readParts, take } from "./api/share.ts";
import { derivePassphrase } from "./format/derive-passphrase.ts";
import { viewFragment } from "./format/fragment.ts";
import { startOpener } from "./format/opener.ts";
import { addWords, loadLanguage } from "./lib/words.ts";
import { linkOf, type Ports } from "./model/opening.ts";
import { openTab } from "./model/tab.ts";
import { Viewing } from "./model/viewing.ts";
import { ViewApp } from "./viewer/app.tsx";

addWords({ ...common, ...view });

const root = document.getElementById("app");
const tab = openTab(() => sessionStorage);
let viewing: Viewing | undefined;
let begun = 0;

function ports(): Ports {
  return {
    api: { openShare, guess, take, readParts },
    opener: startOpener(),
    derive: derivePassphrase,
    tab,
    now: () => Date.now(),
  };
}

/** Begins with the code that stands in the address bar now. What a former link opened is forgotten. */
function begin(languageLoaded: Promise<void>): void {
  viewing?.close();
  const model = new Viewing(ports(), () => linkOf(viewFragment()));
  viewing = model;
  const key = ++begun;
  model.start();
  void languageLoaded.then(() => {
    if (root && viewing === model) render(<ViewApp key={key} viewing={model} />, root);
  });
}

const language = loadLanguage();
begin(language);
addEventListener("hashchange", () => begin(language));
// Nothing stays behind in a page that the browser keeps for the back button; coming back opens the share again.
addEventListener("pagehide", () => {
  viewing?.close();
  if (root) render(null, root);
});
addEventListener("pageshow", (event) => {
  if (event.persisted) begin(language);
});
