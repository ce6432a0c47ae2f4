// Who may open a share: recipients pasted or from a file, each listed with its fingerprint, each removable.
import { useRef, useState } from "preact/hooks";
import { lazy, UpdatedError } from "../lib/lazy.ts";
import { t } from "../lib/words.ts";
import type { RecipientFault } from "../model/send-recipients.lazy.ts";
import type { Recipient } from "../model/send-rules.ts";
import { Icon } from "./icon.tsx";

type Reader = typeof import("../model/send-recipients.lazy.ts");
type Trouble = RecipientFault | "updated" | "large";

interface Props {
  readonly recipients: readonly Recipient[];
  readonly onChange: (recipients: readonly Recipient[]) => void;
  /** Nobody is named yet, and somebody has to be. */
  readonly missing: boolean;
}

/** Larger than any file of recipients, small enough to read at once. */
const largestFile = 1 << 20;

export function RecipientsField({ recipients, onChange, missing }: Props) {
  const [trouble, setTrouble] = useState<Trouble | undefined>();
  const field = useRef<HTMLTextAreaElement>(null);
  const add = async (text: string) => {
    const { trouble: now, found } = await read(text);
    setTrouble(now);
    const known = new Set(recipients.map((recipient) => recipient.text));
    if (found.length > 0) onChange([...recipients, ...found.filter((recipient) => !known.has(recipient.text))]);
    // What is whole is in the list below; a secret key is not left lying about.
    if (field.current && (now === undefined || now === "secret")) field.current.value = "";
  };
  const typed = () => {
    const text = field.current?.value ?? "";
    if (text.trim() === "") setTrouble(undefined);
    else void add(text);
  };
  const open = async (event: Event) => {
    const input = event.currentTarget as HTMLInputElement;
    const file = input.files?.[0];
    input.value = "";
    if (!file) return;
    if (file.size > largestFile) setTrouble("large");
    else await add(await file.text());
  };
  return (
    <div class="field">
      <label for="recipients">{t("recipients.label")}</label>
      <textarea
        class={trouble ? "input mono is-error" : "input mono"}
        id="recipients"
        data-testid="recipients"
        ref={field}
        rows={2}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        placeholder="age1…"
        aria-describedby="recipients-hint"
        aria-invalid={trouble !== undefined}
        onInput={typed}
      />
      {trouble ? (
        <p class="problem" id="recipients-hint" role="alert">
          <Icon name="warn" />
          <span>{t(`recipients.${trouble}`)}</span>
        </p>
      ) : (
        <p class="hint" id="recipients-hint">
          {t(missing ? "recipients.none" : "recipients.hint")}
        </p>
      )}
      <label class="btn start">
        {t("recipients.file")}
        <input class="vh" type="file" data-testid="recipients-file" onChange={(event) => void open(event)} />
      </label>
      <RecipientList
        recipients={recipients}
        onRemove={(text) => onChange(recipients.filter((recipient) => recipient.text !== text))}
      />
    </div>
  );
}

async function read(
  text: string,
): Promise<{ readonly trouble: Trouble | undefined; readonly found: readonly Recipient[] }> {
  try {
    const { readRecipients } = await lazy<Reader>("send-recipients");
    const { found, fault } = readRecipients(text);
    return { trouble: fault, found };
  } catch (thrown) {
    if (!(thrown instanceof UpdatedError)) throw thrown;
    return { trouble: "updated", found: [] };
  }
}

interface ListProps {
  readonly recipients: readonly Recipient[];
  readonly onRemove: (text: string) => void;
}

function RecipientList({ recipients, onRemove }: ListProps) {
  if (recipients.length === 0) return null;
  return (
    <ul class="people" aria-label={t("recipients.list")}>
      {recipients.map(({ text, kind, fingerprint }) => (
        <li key={text} data-testid="recipient">
          <span>
            <code>{shortened(text)}</code>
            <span class="caption">{t(`recipients.${kind}`, { fingerprint })}</span>
          </span>
          <button
            type="button"
            class="btn icon-only"
            aria-label={t("recipients.remove", { fingerprint })}
            onClick={() => onRemove(text)}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}

const shortened = (text: string) => `${text.slice(0, 12)}…${text.slice(-6)}`;
