// What a named recipient opens with: an age key, pasted or out of a file, or a passkey. It stays on this page, and the field
// is emptied when Open is pressed.
import { useEffect, useState } from "preact/hooks";
import { t } from "../lib/words.ts";
import type { Problem } from "../model/view-state.ts";
import { Icon } from "../ui/icon.tsx";
import { hasPasskeys } from "./passkey.ts";

/** Key files are short; whatever is longer is another file, and is not read. */
const longest = 65_536;

export interface KeyFieldProps {
  readonly field: { current: HTMLInputElement | null };
  readonly problem: Problem | undefined;
  readonly busy: boolean;
  readonly usePasskey: () => void;
}

export function KeyField({ field, problem, busy, usePasskey }: KeyFieldProps) {
  const [over, setOver] = useState(false);
  useEffect(() => {
    if (problem) field.current?.focus();
  }, [problem, field]);
  const take = async (file: File | undefined) => {
    if (file && field.current) field.current.value = file.size > longest ? "" : await file.text();
    field.current?.focus();
  };
  const drop = (event: DragEvent) => {
    setOver(false);
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    event.preventDefault();
    void take(file);
  };
  const hang = (event: DragEvent) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    setOver(true);
  };
  return (
    <div class={over ? "field key is-over" : "field key"}>
      <label for="identity">{t("gate.key")}</label>
      <input
        id="identity"
        data-testid="identity"
        class={problem ? "input is-error" : "input"}
        ref={field}
        type="password"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        readOnly={busy}
        onDragOver={hang}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        aria-invalid={problem !== undefined}
        aria-describedby={problem ? "key-problem" : "key-hint"}
      />
      {problem ? <KeyProblem problem={problem} /> : <KeyHint />}
      <div class="actions">
        <label class="btn">
          {t("gate.key.file")}
          <input class="vh" type="file" data-testid="identity-file" disabled={busy} onChange={chosen(take)} />
        </label>
        {hasPasskeys() ? (
          <button type="button" class="btn" data-testid="passkey" disabled={busy} onClick={usePasskey}>
            {t("gate.passkey")}
          </button>
        ) : null}
      </div>
    </div>
  );
}

const chosen = (take: (file: File | undefined) => Promise<void>) => (event: Event) => {
  const input = event.currentTarget as HTMLInputElement;
  void take(input.files?.[0]);
  input.value = "";
};

function KeyHint() {
  return (
    <p class="hint" id="key-hint">
      {t("gate.key.hint")}
    </p>
  );
}

function KeyProblem({ problem }: { readonly problem: Problem }) {
  return (
    <p class="problem" id="key-problem" role="alert" data-testid="error" data-code={problem.code}>
      <Icon name="warn" />
      <span>{t(`problem.${problem.code}`)}</span>
    </p>
  );
}
