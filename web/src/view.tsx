// The page that shows a share: /s#code. What it shows was begun before (view-begin.ts).
import { render } from "preact";
import common from "../locales/en/common.json";
import view from "../locales/en/view.json";
import { addWords, loadLanguage } from "./lib/words.ts";
import { drawWith } from "./view-begin.ts";
import { ViewApp } from "./viewer/app.tsx";

addWords({ ...common, ...view });

const root = document.getElementById("app");
const language = loadLanguage();
let begun = 0;

drawWith(async (viewing) => {
  const key = ++begun;
  if (viewing) await language;
  if (root && begun === key) render(viewing ? <ViewApp key={key} viewing={viewing} /> : null, root);
});
