// A page of words: what happened, what that means for the view, one action, the code.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { followPasted, fragmentLength, moveTo } from "../format/fragment.ts";
import { t } from "../lib/words.ts";
import type { ViewCode } from "../model/view-state.ts";
import { Frame } from "../ui/frame.tsx";
import { Mark } from "../ui/mark.tsx";
import { here } from "./place.ts";
import { useCountdown } from "./use-model.ts";

export interface FailureProps {
  readonly code: ViewCode;
  readonly used: boolean;
  readonly retryAt?: number | undefined;
  readonly retry: () => void;
}

/** Codes that say something about a view that was or was not used. */
const aboutViews: readonly ViewCode[] = ["damaged", "unreachable", "server", "failed", "later"];
const pastes: readonly ViewCode[] = ["link-none", "link-cut", "link-mistyped"];
const reloads: readonly ViewCode[] = ["updated", "newer", "failed", "link-kind"];
const retries: readonly ViewCode[] = ["damaged", "unreachable", "server", "later"];

export function Failure({ code, used, retryAt, retry }: FailureProps) {
  const title = t(`fail.${code}.title`);
  useTitle(title);
  return (
    <Frame>
      <div class="center">
        <section class="message" role="alert" data-testid="error" data-code={code}>
          <Sleeve wait={code === "unreachable"} />
          <h1>{title}</h1>
          <p>{t(`fail.${code}.body`)}</p>
          {code === "link-cut" ? <Torn /> : null}
          {aboutViews.includes(code) ? <p>{t(used ? "fail.wasused" : "fail.unused")}</p> : null}
          <p>{t(`fail.${code}.do`)}</p>
          <Countdown until={retryAt} />
          <Action code={code} retry={retry} />
          <p class="code">{t("error.code", { code })}</p>
        </section>
      </div>
    </Frame>
  );
}

function Action({ code, retry }: { readonly code: ViewCode; readonly retry: () => void }) {
  if (pastes.includes(code)) return <Paste />;
  if (code === "link-manage")
    return (
      <Actions>
        <button type="button" class="btn" onClick={() => moveTo("m")}>
          {t("fail.link-manage.action")}
        </button>
      </Actions>
    );
  if (reloads.includes(code))
    return (
      <Actions>
        <button type="button" class="btn primary" onClick={() => location.reload()}>
          {t("fail.reload")}
        </button>
      </Actions>
    );
  if (retries.includes(code))
    return (
      <Actions>
        <button type="button" class="btn primary" onClick={retry}>
          {t(code === "unreachable" ? "fail.now" : "retry")}
        </button>
      </Actions>
    );
  return (
    <Actions>
      <a class="btn" href="./">
        {t("fail.send")}
      </a>
    </Actions>
  );
}

function Actions({ children }: { readonly children: ComponentChildren }) {
  return <div class="actions">{children}</div>;
}

export function Sleeve({ wait }: { readonly wait: boolean }) {
  return (
    <div class={wait ? "lampbox wait" : "lampbox"} aria-hidden="true">
      <Mark />
    </div>
  );
}

function Countdown({ until }: { readonly until: number | undefined }) {
  const left = useCountdown(until);
  if (until === undefined) return null;
  return <p class="num">{t("fail.next", { n: left })}</p>;
}

/** How much of the link is there; the characters themselves stay where they are. */
function Torn() {
  const { have, missing } = fragmentLength();
  return (
    <p class="torn">
      <b>#{"•".repeat(have)}</b> <i>{t("fail.missing", { n: missing })}</i>
    </p>
  );
}

export function Paste() {
  const [wrong, setWrong] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const follow = (event: Event) => {
    event.preventDefault();
    setWrong(!followPasted(field.current?.value ?? ""));
  };
  return (
    <form class="paste" onSubmit={follow}>
      <div class="field">
        <label for="pasted">{t("paste.label")}</label>
        <input
          id="pasted"
          class={wrong ? "input is-error" : "input"}
          ref={field}
          type="text"
          inputMode="url"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          aria-invalid={wrong}
          aria-describedby={wrong ? "pasted-wrong" : undefined}
        />
        {wrong ? (
          <p class="problem" id="pasted-wrong" role="alert">
            {t("paste.wrong")}
          </p>
        ) : null}
      </div>
      <button type="submit" class="btn primary">
        {t("paste.open")}
      </button>
    </form>
  );
}

/** The share is there, its photos are not yet. */
export function Waiting() {
  useTitle(t("waiting.title"));
  return (
    <Frame>
      <div class="center">
        <section class="message" role="status" data-testid="waiting">
          <Sleeve wait={true} />
          <h1>{t("waiting.title")}</h1>
          <p>{t("waiting.body")}</p>
          <p>{t("waiting.note")}</p>
        </section>
      </div>
    </Frame>
  );
}

export function useTitle(title: string): void {
  useEffect(() => {
    here().title(t("view.failed", { title }));
  }, [title]);
}
