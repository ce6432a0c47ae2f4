// The page that manages a share: /m#code.
import { render } from "preact";
import access from "../locales/en/access.json";
import common from "../locales/en/common.json";
import manage from "../locales/en/manage.json";
import view from "../locales/en/view.json";
import fail from "../locales/en/view-fail.json";
import { pause } from "./api/http.ts";
import { changeMailbox, readMailbox } from "./api/mailbox.ts";
import { deleteShare, publish, shareState } from "./api/owner.ts";
import { admitKnock, answerKnock, listKnocks, readLog, refuseKnock } from "./api/owner-rules.ts";
import type { Bytes } from "./format/bytes.ts";
import { linkTo, manageFragment } from "./format/fragment.ts";
import type * as OwnerRules from "./format/owner-rules.lazy.ts";
import type * as OwnerPassphrase from "./format/passphrase-owner.lazy.ts";
import type { NewPassphrase } from "./format/reseal.ts";
import { lazy } from "./lib/lazy.ts";
import { addWords, loadLanguage } from "./lib/words.ts";
import type { ManagePorts } from "./model/manage-ports.ts";
import { Managing, WeakError } from "./model/managing.ts";
import { fewestGuesses } from "./model/send-rules.ts";
import { either } from "./model/signals.ts";
import { ManageApp } from "./ui/manage-app.tsx";

addWords({ ...common, ...access, ...view, ...fail, ...manage });

const root = document.getElementById("app");
let managing: Managing | undefined;
let begun = 0;

/** PW and a fresh k. What is guessed quickly would be guessed by whoever has the server's database and the link. */
async function passphrase(id: Bytes, typed: string, signal: AbortSignal): Promise<NewPassphrase> {
  const { guesses } = await lazy<{ guesses(p: string): number }>("send-strength");
  if (guesses(typed) < fewestGuesses) throw new WeakError("weak");
  const { evaluate, newOprfKey, stretchInSlices } = await lazy<typeof OwnerPassphrase>("passphrase-owner");
  const k = newOprfKey();
  return { k, pw: await stretchInSlices(evaluate(k, id, typed), id, () => {}, signal) };
}

/** Until the next look: ms, ten times that while nobody looks at the page, and at once when somebody does again. */
function rest(ms: number, signal: AbortSignal): Promise<void> {
  const woken = new AbortController();
  const wake = () => {
    if (!document.hidden) woken.abort();
  };
  document.addEventListener("visibilitychange", wake);
  return pause(document.hidden ? 10 * ms : ms, either(signal, woken.signal))
    .catch(() => signal.throwIfAborted())
    .finally(() => document.removeEventListener("visibilitychange", wake));
}

const ports: ManagePorts = {
  api: {
    ...{ shareState, publish, deleteShare, readMailbox, changeMailbox },
    ...{ readLog, listKnocks, answerKnock, admitKnock, refuseKnock },
  },
  late() {
    return lazy<typeof OwnerRules>("owner-rules");
  },
  passphrase,
  viewLink: (id, view) => linkTo("s", { kind: "view", id, view }),
  requestLink: (id, view) => linkTo("r", { kind: "request", id, view }),
  now: () => Date.now(),
  rest,
};

/** Begins with the code that stands in the address bar now. */
function begin(languageLoaded: Promise<void>): void {
  managing?.close();
  const model = new Managing(ports, () => manageFragment().owner);
  managing = model;
  const key = ++begun;
  void model.start();
  void languageLoaded.then(() => {
    if (root && managing === model) render(<ManageApp key={key} managing={model} />, root);
  });
}

const language = loadLanguage();
begin(language);
addEventListener("hashchange", () => begin(language));
addEventListener("pagehide", () => {
  managing?.close();
  if (root) render(null, root);
});
addEventListener("pageshow", (event) => {
  if (event.persisted) begin(language);
});
