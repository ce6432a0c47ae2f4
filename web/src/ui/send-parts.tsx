// Small things that several views of the send page share.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { t } from "../lib/words.ts";
import type { LeftOut } from "../model/send-prepare.ts";
import { refusalWords } from "./found-words.ts";
import { Icon } from "./icon.tsx";
import { type StopAction, type StopCode, stopOf, stops } from "./send-words.ts";
import { measured } from "./turns.ts";

interface InputProps {
  readonly class: string;
  readonly children: ComponentChildren;
  readonly onFiles: (files: readonly File[]) => void;
  readonly camera?: boolean;
  /** Any file, as it lies there: Android takes the place out of what is chosen as a picture, which is to be seen here. */
  readonly anything?: boolean;
}

/** What can be stripped. The endings are for systems that do not know the types. */
const accepted =
  "image/jpeg,image/png,image/gif,image/webp,image/avif,image/heic,image/heif,image/jxl,.heic,.avif,.jxl";

/** A label that chooses files. What is chosen in spite of its type is looked into, not judged by its name. */
export function PhotoInput({ class: look, children, onFiles, camera = false, anything = false }: InputProps) {
  const take = (event: Event) => {
    const input = event.currentTarget as HTMLInputElement;
    const files = [...(input.files ?? [])];
    input.value = "";
    if (files.length > 0) void measured(files).then(() => onFiles(files));
  };
  return (
    <label class={look}>
      {children}
      <input
        class="vh"
        type="file"
        {...(anything ? {} : { accept: camera ? "image/*" : accepted })}
        onChange={take}
        {...(camera ? { capture: "environment" } : { multiple: true, "data-testid": "photo-input" })}
      />
    </label>
  );
}

/** Files that were left out; the rest goes on. */
export function LeftOutNotice({ files }: { readonly files: readonly LeftOut[] }) {
  const first = files[0];
  if (!first) return null;
  return (
    <div class="notice" role="alert" data-testid="error" data-code={first.code}>
      <Icon name="warn" />
      <div>
        {files.slice(0, 5).map((file) => (
          <p key={file.name}>{leftWords(file)}</p>
        ))}
        {files.length > 5 ? <p>{t("left.more", { n: files.length - 5 })}</p> : null}
      </div>
    </div>
  );
}

function leftWords({ name, code }: LeftOut): string {
  const { why, advice } = refusalWords(code);
  return t("left.out", { name, why, advice });
}

interface StopProps {
  readonly code: string;
  readonly onRetry: () => void;
  readonly onBack: () => void;
  readonly onToken: (token: string) => void;
}

/** What stopped everything: what happened, what it means, one action. */
export function StopMessage({ code, onRetry, onBack, onToken }: StopProps) {
  const stop = stopOf(code);
  return (
    <div class="notice stop" role="alert" data-testid="error" data-code={code}>
      <Icon name="warn" />
      <div class="stack">
        <p>
          <b>{t(`stop.${stop}.title`)}</b> {t(`stop.${stop}.body`)}
        </p>
        <StopButton stop={stop} action={stops[stop]} onRetry={onRetry} onBack={onBack} onToken={onToken} />
      </div>
    </div>
  );
}

function StopButton({
  stop,
  action,
  onRetry,
  onBack,
  onToken,
}: Omit<StopProps, "code"> & { stop: StopCode; action: StopAction }) {
  switch (action) {
    case "nothing":
      return null;
    case "token":
      return <TokenForm onToken={onToken} />;
    case "reload":
      return <Action onClick={() => location.reload()}>{t("updated.action")}</Action>;
    case "back":
      return <Action onClick={onBack}>{t("stop.back")}</Action>;
    case "retry":
      return (
        <Action onClick={onRetry}>{t(stop === "poisoned" || stop === "memory" ? "retry" : "stop.continue")}</Action>
      );
    default:
      return action satisfies never;
  }
}

function Action({ onClick, children }: { readonly onClick: () => void; readonly children: ComponentChildren }) {
  return (
    <p>
      <button type="button" class="btn" onClick={onClick}>
        {children}
      </button>
    </p>
  );
}

/** The operator's token, for who came without the operator's link. */
function TokenForm({ onToken }: { readonly onToken: (token: string) => void }) {
  const [token, setToken] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    if (token.trim() !== "") onToken(token.trim());
  };
  return (
    <form class="field" onSubmit={submit}>
      <label for="token">{t("stop.token.label")}</label>
      <div class="row">
        <input
          class="input"
          id="token"
          data-testid="token"
          autocomplete="off"
          spellcheck={false}
          value={token}
          onInput={(event) => setToken(event.currentTarget.value)}
        />
        <button type="submit" class="btn">
          {t("stop.token.action")}
        </button>
      </div>
    </form>
  );
}
