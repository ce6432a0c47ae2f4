// The manage page, by the state of its model.
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { t } from "../lib/words.ts";
import type { Managing } from "../model/managing.ts";
import { useModel } from "../viewer/use-model.ts";
import { Frame } from "./frame.tsx";
import { DeletePanel } from "./manage-delete.tsx";
import { ManageFailure, ManageMessage } from "./manage-failure.tsx";
import { ManageHead } from "./manage-head.tsx";
import { LinkPanel } from "./manage-link.tsx";
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
      return (
        <Titled title={t("manage.title")}>
          <div class="manage">
            <ManageHead share={state.share} />
            <RulesPanel
              share={state.share}
              busy={state.busy}
              done={state.done}
              problem={state.problem}
              change={(c) => managing.change(c)}
              setPassphrase={(p) => managing.setPassphrase(p)}
            />
            <div class="stack">
              <LinkPanel link={state.share.viewLink} />
              <DeletePanel busy={state.busy === "deleting"} remove={() => managing.remove()} />
            </div>
          </div>
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
