// Deleting: asked once, done at once.
import { useEffect, useRef } from "preact/hooks";
import { t } from "../lib/words.ts";
import { Icon } from "./icon.tsx";

export interface DeleteProps {
  readonly busy: boolean;
  readonly remove: () => void;
}

export function DeletePanel({ busy, remove }: DeleteProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const close = () => dialog.current?.close();
  useEffect(() => close, []);
  const yes = () => {
    close();
    remove();
  };
  return (
    <section class="panel">
      <div class="stack tight">
        <h2>{t("delete.title")}</h2>
        <p class="small quiet">{t("delete.body")}</p>
      </div>
      <button
        type="button"
        class="btn danger start"
        data-testid="delete"
        disabled={busy}
        onClick={() => dialog.current?.showModal()}
      >
        <Icon name="trash" />
        {busy ? t("busy.deleting") : t("delete.open")}
      </button>
      <dialog class="ask" ref={dialog} aria-labelledby="delete-ask" aria-describedby="delete-sure">
        <h2 id="delete-ask">{t("delete.ask")}</h2>
        <p id="delete-sure" class="quiet">
          {t("delete.sure")}
        </p>
        <div class="actions">
          <button type="button" class="btn" onClick={close}>
            {t("delete.no")}
          </button>
          <button type="button" class="btn danger" data-testid="delete-confirm" onClick={yes}>
            {t("delete.yes")}
          </button>
        </div>
      </dialog>
    </section>
  );
}
