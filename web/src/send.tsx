// The send page: joins engine, server and model, and shows the view that fits the phase.
import { render } from "preact";
import access from "../locales/en/access.json";
import common from "../locales/en/common.json";
import inspect from "../locales/en/inspect.json";
import send from "../locales/en/send.json";
import { readSite, sendApi, sendFault } from "./api/send.ts";
import { Engine } from "./engine/engine.ts";
import { admitFragment } from "./format/fragment.ts";
import { lazy, turn, UpdatedError } from "./lib/lazy.ts";
import { addWords, loadLanguage } from "./lib/words.ts";
import { SendModel } from "./model/send.ts";
import { settled } from "./ui/device.ts";
import { drawing } from "./ui/drawing.ts";
import { Frame } from "./ui/frame.tsx";
import { useArrive, useDrop, useRetry, useStayOpen } from "./ui/hooks.ts";
import { HeadLinks } from "./ui/links.tsx";
import { SendChosen } from "./ui/send-chosen.tsx";
import { SendEmpty } from "./ui/send-empty.tsx";
import { LeftOutNotice, StopMessage } from "./ui/send-parts.tsx";
import { SendReady } from "./ui/send-ready.tsx";
import { SendSending } from "./ui/send-sending.tsx";
import { practice } from "./ui/send-words.ts";
import { measured, whileIdle } from "./ui/turns.ts";

/** The operator's token: from the link, or typed. It stays in this variable. */
let token = admitFragment();
const { draw, useDrawn } = drawing();

let drawn: string | undefined;

/** A step on is drawn at once, progress when there is time. */
function changed(): void {
  const { phase } = model;
  draw(phase !== drawn);
  drawn = phase;
}

const engine = new Engine();
const model = new SendModel(
  {
    engine,
    api: sendApi(() => token),
    faultOf: sendFault,
    sleep: settled,
    now: () => Date.now(),
    mark: (name) => performance.mark(name),
    strength: async (passphrase) =>
      (await lazy<typeof import("./model/send-strength.lazy.ts")>("send-strength")).strength(passphrase),
  },
  changed,
);

const linkTo = (page: "s" | "m", code: string) => {
  const url = new URL(page, location.href);
  url.search = "";
  url.hash = code;
  return url.href;
};

const take = (files: readonly File[]) => void measured(files).then(() => model.prepare.add(files));
const useToken = (typed: string) => {
  token = typed;
  model.resume();
};

async function suggest(): Promise<void> {
  try {
    const chunk = await lazy<typeof import("./model/send-suggest.lazy.ts")>("send-suggest");
    model.set({ passphrase: chunk.suggest() });
  } catch (thrown) {
    if (thrown instanceof UpdatedError) model.stop(thrown.code);
  }
}

function Page() {
  useDrawn();
  const { phase, sending } = model;
  const choosing = phase === "choosing";
  const over = useDrop(take, choosing && model.problem !== "no-wasm");
  const head = useArrive(phase);
  useStayOpen(model.busy);
  useRetry(sending?.paused?.code === "away", () => model.resume());
  const share = sending?.share;
  const link = share && linkTo("s", share.viewCode);
  if (share && link && (phase === "opens" || phase === "complete"))
    return (
      <SendReady
        model={model}
        link={link}
        manage={share.manageCode === "" ? undefined : linkTo("m", share.manageCode)}
        head={head}
        onToken={useToken}
      />
    );
  if (!choosing) return <SendSending model={model} link={link} head={head} onToken={useToken} />;
  return (
    <>
      {model.problem ? (
        <StopMessage
          code={model.problem}
          onRetry={() => model.prepare.retry()}
          onBack={() => model.again()}
          onToken={useToken}
        />
      ) : null}
      {model.photos.length > 0 ? (
        <SendChosen model={model} head={head} over={over} onSuggest={suggest} />
      ) : (
        <>
          <LeftOutNotice files={model.prepare.leftOut} />
          <SendEmpty over={over} blocked={model.problem === "no-wasm"} onFiles={take} />
        </>
      )}
    </>
  );
}

async function main(): Promise<void> {
  addWords({ ...common, ...access, ...inspect, ...send });
  // A browser without WebAssembly learns it before photos are chosen; the engine is there by the time they are.
  if (typeof WebAssembly !== "object") model.stop("no-wasm");
  else void engine.warm().then(() => whileIdle(practice));
  await Promise.all([loadLanguage(), turn()]);
  const root = document.getElementById("app");
  if (root)
    render(
      <Frame nav={<HeadLinks here="send" />}>
        <Page />
      </Frame>,
      root,
    );
  try {
    model.know(await readSite(AbortSignal.timeout(60_000)));
  } catch {
    // Limits are the usual ones then; the server has the last word anyway.
  }
}

void main();
