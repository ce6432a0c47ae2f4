// A key for people whom senders name: a passkey of this device, of which the public half is given away.
import { useRef, useState } from "preact/hooks";
import { type Key, t } from "../lib/words.ts";
import { hasPasskeys } from "../viewer/passkey.ts";
import { Icon } from "./icon.tsx";
import { CopyButton } from "./link-box.tsx";

export interface KeySectionProps {
  /** Makes a passkey and returns its recipient. */
  readonly newKey: (name: string, signal: AbortSignal) => Promise<string>;
  /** The recipient of a passkey that was made before. */
  readonly oldKey: (signal: AbortSignal) => Promise<string>;
}

type Shown = { readonly recipient: string } | { readonly problem: Key };

export function KeySection({ newKey, oldKey }: KeySectionProps) {
  const [shown, setShown] = useState<Shown>();
  const [busy, setBusy] = useState(false);
  const run = useRef(new AbortController());
  const act = async (work: (signal: AbortSignal) => Promise<string>) => {
    if (busy) return;
    setBusy(true);
    setShown(undefined);
    try {
      setShown({ recipient: await work(run.current.signal) });
    } catch (error) {
      setShown({ problem: problemOf(error) });
    } finally {
      setBusy(false);
    }
  };
  return (
    <section class="panel" aria-labelledby="key-title">
      <div class="stack tight">
        <h2 id="key-title">{t("key.title")}</h2>
        <p class="small quiet">{t("key.body")}</p>
      </div>
      {hasPasskeys() ? (
        <div class="actions">
          <button
            type="button"
            class="btn"
            data-testid="make-key"
            disabled={busy}
            onClick={() => void act((signal) => newKey(t("key.name"), signal))}
          >
            {t("key.make")}
          </button>
          <button
            type="button"
            class="btn plain"
            data-testid="show-key"
            disabled={busy}
            onClick={() => void act(oldKey)}
          >
            {t("key.show")}
          </button>
        </div>
      ) : (
        <p class="caption">{t("key.none")}</p>
      )}
      {shown && "recipient" in shown ? <Recipient text={shown.recipient} /> : null}
      {shown && "problem" in shown ? (
        <p class="problem" role="alert" data-testid="error" data-code="passkey">
          <Icon name="warn" />
          <span>{t(shown.problem)}</span>
        </p>
      ) : null}
    </section>
  );
}

function problemOf(error: unknown): Key {
  const { code } = (error ?? {}) as { code?: unknown };
  if (code === "passkey-old") return "key.old";
  return code === "updated" ? "updated.body" : "key.cancelled";
}

function Recipient({ text }: { readonly text: string }) {
  return (
    <div class="stack tight" role="status">
      <p class="small">{t("key.yours")}</p>
      <code class="shown-link" id="recipient" data-testid="recipient">
        {text}
      </code>
      <div class="actions">
        <CopyButton text={text} shown="recipient" label={t("key.copy")} class="btn primary" />
      </div>
    </div>
  );
}
