// A press that cannot be taken back: asked once, done at once.
import { useEffect, useRef } from "preact/hooks";
import { t } from "../lib/words.ts";
import { Icon, type IconName } from "./icon.tsx";

interface Props {
  readonly label: string;
  readonly icon?: IconName;
  readonly title: string;
  readonly body: string;
  readonly yes: string;
  readonly testId: string;
  readonly disabled: boolean;
  readonly onYes: () => void;
}

export function Confirm({ label, icon, title, body, yes, testId, disabled, onYes }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const close = () => dialog.current?.close();
  useEffect(() => close, []);
  return (
    <>
      <button
        type="button"
        class="btn danger start"
        data-testid={testId}
        disabled={disabled}
        onClick={() => dialog.current?.showModal()}
      >
        {icon ? <Icon name={icon} /> : null}
        {label}
      </button>
      <dialog class="ask" ref={dialog} aria-labelledby={`${testId}-ask`} aria-describedby={`${testId}-sure`}>
        <h2 id={`${testId}-ask`}>{title}</h2>
        <p id={`${testId}-sure`} class="quiet">
          {body}
        </p>
        <div class="actions">
          <button type="button" class="btn" onClick={close}>
            {t("delete.no")}
          </button>
          <button
            type="button"
            class="btn danger"
            data-testid={`${testId}-confirm`}
            onClick={() => {
              close();
              onYes();
            }}
          >
            {yes}
          </button>
        </div>
      </dialog>
    </>
  );
}
