// Deleting: asked once, done at once.
import { t } from "../lib/words.ts";
import { Confirm } from "./confirm.tsx";

export interface DeleteProps {
  readonly busy: boolean;
  readonly remove: () => void;
  /** What is deleted: a share, or a request link with what came by it. */
  readonly what?: "delete" | "delete-box";
}

export function DeletePanel({ busy, remove, what = "delete" }: DeleteProps) {
  return (
    <section class="panel">
      <div class="stack tight">
        <h2>{t("delete.title")}</h2>
        <p class="small quiet">{t(`${what}.body`)}</p>
      </div>
      <Confirm
        label={busy ? t("busy.deleting") : t(`${what}.open`)}
        icon="trash"
        title={t(`${what}.ask`)}
        body={t("delete.sure")}
        yes={t("delete.yes")}
        testId="delete"
        disabled={busy}
        onYes={remove}
      />
    </section>
  );
}
