// The manage page, by the state of its model.
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { dropFragment } from "../format/fragment.ts";
import { t } from "../lib/words.ts";
import type { ManageState, Topic } from "../model/manage-state.ts";
import type { Managing } from "../model/managing.ts";
import { useModel } from "../viewer/use-model.ts";
import { Frame } from "./frame.tsx";
import { BoxArrived, BoxHead, BoxRules } from "./manage-box.tsx";
import { DeletePanel } from "./manage-delete.tsx";
import { DoorPanel } from "./manage-door.tsx";
import { ManageFailure, ManageMessage } from "./manage-failure.tsx";
import { ManageHead } from "./manage-head.tsx";
import { ForgetPanel, LinkPanel } from "./manage-link.tsx";
import { LogPanel } from "./manage-log.tsx";
import { PeoplePanel } from "./manage-people.tsx";
import { RulesPanel } from "./manage-rules.tsx";

export function ManageApp({ managing }: { readonly managing: Managing }) {
  const state = useModel(managing);
  switch (state.at) {
    case "opening":
      return (
        <Frame>
          <div class="center">
            <p class="slow quiet" role="status">
              {t("manage.opening")}
            </p>
          </div>
        </Frame>
      );
    case "uploading":
      return (
        <Titled title={t("uploading.title")}>
          <div class="manage">
            <section class="panel full">
              <h1>{t("uploading.title")}</h1>
              <p class="quiet">{t("uploading.body")}</p>
            </section>
            <DeletePanel busy={state.busy} remove={() => managing.remove()} />
          </div>
        </Titled>
      );
    case "open":
      return <Open managing={managing} state={state} />;
    case "mailbox":
      return <Mailbox managing={managing} state={state} />;
    case "forgotten":
      return (
        <Titled title={t("forgotten.title")}>
          <ManageMessage title={t("forgotten.title")} paragraphs={[t("forgotten.body"), t("forgotten.note")]} />
        </Titled>
      );
    case "deleted":
      return (
        <Titled title={t("deleted.title")}>
          <ManageMessage title={t("deleted.title")} paragraphs={[t("deleted.body"), t("deleted.note")]} />
        </Titled>
      );
    case "failed":
      return <ManageFailure code={state.code} retryAt={state.retryAt} retry={() => void managing.start()} />;
    case "closed":
      return null;
    default:
      return state satisfies never;
  }
}

interface StateProps<At extends ManageState["at"]> {
  readonly managing: Managing;
  readonly state: Extract<ManageState, { at: At }>;
}

function forget(managing: Managing): void {
  managing.forget();
  dropFragment();
}

function Open({ managing, state }: StateProps<"open">) {
  const { share, busy, topic } = state;
  const { door, log } = managing.watch;
  const about = (panel: Topic) => (topic === panel ? state : {});
  return (
    <Titled title={t("manage.title")}>
      <div class="manage">
        <ManageHead share={share} />
        {door ? <DoorPanel door={door} /> : null}
        <div class="stack">
          <RulesPanel
            share={share}
            busy={busy}
            said={about("rules")}
            change={(c) => managing.change(c)}
            setPassphrase={(p) => managing.setPassphrase(p)}
          />
          <PeoplePanel share={share} busy={!!busy} said={about("people")} setPeople={(p) => managing.setPeople(p)} />
        </div>
        <div class="stack">
          <LogPanel
            share={share}
            reader={log}
            busy={!!busy}
            said={about("log")}
            setLog={(on) => managing.setLog(on)}
            look={() => managing.look()}
          />
          <LinkPanel link={share.viewLink} />
          <ForgetPanel onForget={() => forget(managing)} />
          <DeletePanel busy={busy === "deleting"} remove={() => managing.remove()} />
        </div>
      </div>
    </Titled>
  );
}

function Mailbox({ managing, state: { box, busy, done, problem } }: StateProps<"mailbox">) {
  return (
    <Titled title={t("box.title")}>
      <div class="manage">
        <BoxHead box={box} />
        <div class="stack">
          <BoxArrived box={box} />
          <BoxRules box={box} busy={busy} done={done} problem={problem} change={(c) => managing.changeBox(c)} />
        </div>
        <div class="stack">
          <LinkPanel link={box.requestLink} what="box-link" />
          <ForgetPanel onForget={() => forget(managing)} />
          <DeletePanel busy={busy === "deleting"} what="delete-box" remove={() => managing.remove()} />
        </div>
      </div>
    </Titled>
  );
}

interface TitledProps {
  readonly title: string;
  readonly children: ComponentChildren;
}

function Titled({ title, children }: TitledProps) {
  useEffect(() => {
    document.title = t("manage.page", { title });
  }, [title]);
  return <Frame>{children}</Frame>;
}
