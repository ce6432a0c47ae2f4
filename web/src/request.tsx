// The page of request links: /r#code sends to who asked, /r makes a link, and a key.
import { render } from "preact";
import access from "../locales/en/access.json";
import common from "../locales/en/common.json";
import inspect from "../locales/en/inspect.json";
import request from "../locales/en/request.json";
import send from "../locales/en/send.json";
import view from "../locales/en/view.json";
import fail from "../locales/en/view-fail.json";
import { makeMailbox, openMailboxAt, postTo } from "./api/mailbox.ts";
import { requestApi, requestFault } from "./api/request.ts";
import { readSite } from "./api/send.ts";
import { Engine } from "./engine/engine.ts";
import { linkTo, requestFragment } from "./format/fragment.ts";
import { postToken } from "./format/kdf.ts";
import type * as RequestKeys from "./format/request-keys.lazy.ts";
import { lazy } from "./lib/lazy.ts";
import { addWords, loadLanguage } from "./lib/words.ts";
import { Requesting, type RequestLink } from "./model/request.ts";
import { makeRequest } from "./model/request-make.ts";
import { SendModel } from "./model/send.ts";
import { unmeasured } from "./model/send-state.ts";
import { settled } from "./ui/device.ts";
import { drawing } from "./ui/drawing.ts";
import { RequestApp } from "./ui/request-app.tsx";
import { MakeApp, type MakeAppProps } from "./ui/request-make.tsx";
import { askPasskey, makePasskey } from "./viewer/passkey.ts";

addWords({ ...common, ...access, ...inspect, ...send, ...view, ...fail, ...request });

const root = document.getElementById("app");
const { draw, useDrawn } = drawing();
let requesting: Requesting | undefined;
let begun = 0;

function keys(): Promise<typeof RequestKeys> {
  return lazy("request-keys");
}

/** The send page's model, without its settings. */
function sender({ id, view }: RequestLink, changed: () => void): SendModel {
  const engine = new Engine();
  const ports = {
    ...{ engine, api: requestApi(id, postToken(view, id)), faultOf: requestFault, sleep: settled },
    now: () => Date.now(),
    mark: (name: string) => performance.mark(name),
    strength: async () => unmeasured,
  };
  const model = new SendModel(ports, changed);
  if (typeof WebAssembly !== "object") model.stop("no-wasm");
  else void engine.warm();
  readSite(AbortSignal.timeout(60_000)).then(
    (site) => model.know(site),
    () => {}, // the usual limits then; the server has the last word anyway
  );
  return model;
}

const makes: Omit<MakeAppProps, "site"> = {
  make: async (lifetime, token, signal) => {
    const recipient = async (owner: RequestLink["view"], id: RequestLink["id"]) =>
      (await keys()).mailboxRecipient(owner, id);
    const { id, view, owner, expires } = await makeRequest({ makeMailbox, recipient }, lifetime, token, signal);
    const link = linkTo("r", { kind: "request", id, view });
    return { link, manage: linkTo("m", { kind: "manage", owner }), expires };
  },
  newKey: async (name, signal) => (await keys()).classicRecipient(await makePasskey(name, signal)),
  oldKey: async (signal) => (await keys()).classicRecipient(await askPasskey(signal)),
};

function Sender({ model }: { readonly model: Requesting }) {
  useDrawn();
  return <RequestApp model={model} />;
}

/** Begins with the code that stands in the address bar now. */
function begin(languageLoaded: Promise<void>): void {
  requesting?.leave();
  requesting = undefined;
  const key = ++begun;
  const shows = (what: Parameters<typeof render>[0]) =>
    languageLoaded.then(() => {
      if (root && key === begun) render(what, root);
    });
  if (isBare()) {
    void shows(<MakeApp key={key} site={readSite(AbortSignal.timeout(60_000))} {...makes} />);
    return;
  }
  const ports = {
    ...{ api: { openMailboxAt, postTo }, faultOf: requestFault, sleep: settled, sender },
    sealPost: async (...args: Parameters<typeof RequestKeys.sealPost>) => (await keys()).sealPost(...args),
    now: () => Date.now(),
  };
  const model = new Requesting(ports, () => link(), draw);
  requesting = model;
  void model.start();
  void shows(<Sender key={key} model={model} />);
}

function isBare(): boolean {
  try {
    return requestFragment() === undefined;
  } catch {
    return false;
  }
}

function link(): RequestLink {
  const code = requestFragment();
  if (!code) throw new Error("there is no code");
  return { id: code.id, view: code.view };
}

const language = loadLanguage();
begin(language);
addEventListener("hashchange", () => begin(language));
addEventListener("pagehide", () => {
  requesting?.leave();
  begun++;
  if (root) render(null, root);
});
addEventListener("pageshow", (event) => {
  if (event.persisted) begin(language);
});
