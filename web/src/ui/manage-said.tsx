// What came of the last change: on its way, done, or why not.
import { t } from "../lib/words.ts";
import type { Busy, ChangeCode, Done } from "../model/manage-state.ts";
import { Icon } from "./icon.tsx";

export interface SaidProps {
  readonly busy?: Busy | undefined;
  readonly done?: Done | undefined;
  readonly problem?: ChangeCode | undefined;
}

export function Said({ busy, done, problem }: SaidProps) {
  if (problem)
    return (
      <p class="problem" role="alert" data-testid="error" data-code={problem}>
        <Icon name="warn" />
        <span>{t(`refused.${problem}`)}</span>
      </p>
    );
  return (
    <p class="small quiet said" role="status" data-done={done}>
      {busy ? t(`busy.${busy}`) : done ? t(`done.${done}`) : ""}
    </p>
  );
}
