// The page that says what a photo gives away. It reads on this device and sends nothing.
import { render } from "preact";
import common from "../locales/en/common.json";
import inspect from "../locales/en/inspect.json";
import send from "../locales/en/send.json";
import { Engine } from "./engine/engine.ts";
import { addWords, loadLanguage, t } from "./lib/words.ts";
import { Inspecting } from "./model/inspecting.ts";
import { drawing } from "./ui/drawing.ts";
import { Frame } from "./ui/frame.tsx";
import { useArrive, useDrop } from "./ui/hooks.ts";
import { InspectEmpty, InspectFound } from "./ui/inspect-app.tsx";
import { HeadLinks } from "./ui/links.tsx";
import { StopMessage } from "./ui/send-parts.tsx";
import { ShowBy } from "./ui/show-by.ts";

const { draw, useDrawn } = drawing();
const engine = new Engine();
const model = new Inspecting(engine, draw);
const take = (files: readonly File[]) => model.add(files);

function Page() {
  useDrawn();
  const blocked = model.problem === "no-wasm";
  const over = useDrop(take, !blocked);
  const empty = model.photos.length === 0;
  const head = useArrive(empty ? "empty" : "found");
  return (
    <>
      {model.problem ? (
        <StopMessage
          code={model.problem}
          onRetry={() => model.retry()}
          onBack={() => model.clear()}
          onToken={() => undefined}
        />
      ) : null}
      {empty ? (
        <InspectEmpty head={head} over={over} blocked={blocked} onFiles={take} />
      ) : (
        <InspectFound head={head} model={model} over={over} />
      )}
    </>
  );
}

async function main(): Promise<void> {
  addWords({ ...common, ...send, ...inspect });
  await loadLanguage();
  document.title = t("inspect.page");
  const root = document.getElementById("app");
  if (root)
    render(
      <Frame nav={<HeadLinks here="inspect" />}>
        <ShowBy.Provider value={async (picture, signal) => (await engine.convert(picture, signal)).blob}>
          <Page />
        </ShowBy.Provider>
      </Frame>,
      root,
    );
  if (typeof WebAssembly !== "object") model.stop("no-wasm");
  else void engine.warm();
}

void main();
