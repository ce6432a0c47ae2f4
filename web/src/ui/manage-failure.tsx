// What the manage page says when there is nothing to manage.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { moveTo } from "../format/fragment.ts";
import { t } from "../lib/words.ts";
import type { ManageCode } from "../model/manage-state.ts";
import { Paste, Sleeve } from "../viewer/message.tsx";
import { useCountdown } from "../viewer/use-model.ts";
import { Frame } from "./frame.tsx";

export interface ManageFailureProps {
  readonly code: ManageCode;
  readonly retryAt?: number | undefined;
  readonly retry: () => void;
}

export function ManageFailure({ code, retryAt, retry }: ManageFailureProps) {
  const title = t(`mfail.${code}.title`);
  useEffect(() => {
    document.title = t("manage.page", { title });
  }, [title]);
  return (
    <Frame>
      <div class="center">
        <section class="message" role="alert" data-testid="error" data-code={code}>
          <Sleeve wait={code === "unreachable"} />
          <h1>{title}</h1>
          <p>{t(`mfail.${code}.body`)}</p>
          <Countdown until={retryAt} />
          <Action code={code} retry={retry} />
          <p class="code">{t("error.code", { code })}</p>
        </section>
      </div>
    </Frame>
  );
}

function Action({ code, retry }: ManageFailureProps) {
  switch (code) {
    case "link-none":
    case "link-cut":
    case "link-mistyped":
      return <Paste />;
    case "link-view":
      return <Button onClick={() => moveTo("s")}>{t("mfail.look")}</Button>;
    case "updated":
    case "newer":
    case "failed":
      return <Button onClick={() => location.reload()}>{t("fail.reload")}</Button>;
    case "gone":
      return (
        <div class="actions">
          <a class="btn" href="./">
            {t("mfail.send")}
          </a>
        </div>
      );
    case "damaged":
    case "unreachable":
    case "server":
    case "later":
      return <Button onClick={retry}>{t(code === "unreachable" ? "fail.now" : "retry")}</Button>;
    default:
      return code satisfies never;
  }
}

function Button({ onClick, children }: { readonly onClick: () => void; readonly children: ComponentChildren }) {
  return (
    <div class="actions">
      <button type="button" class="btn primary" onClick={onClick}>
        {children}
      </button>
    </div>
  );
}

function Countdown({ until }: { readonly until: number | undefined }) {
  const left = useCountdown(until);
  if (until === undefined) return null;
  return <p class="num">{t("fail.next", { n: left })}</p>;
}

/** Words that are no failure. The focus goes to them: what had it before is gone. */
export function ManageMessage({
  title,
  paragraphs,
}: {
  readonly title: string;
  readonly paragraphs: readonly string[];
}) {
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => head.current?.focus(), []);
  return (
    <div class="center">
      <section class="message" role="status">
        <Sleeve wait={false} />
        <h1 ref={head} tabIndex={-1}>
          {title}
        </h1>
        {paragraphs.map((p) => (
          <p key={p}>{p}</p>
        ))}
        <div class="actions">
          <a class="btn" href="./">
            {t("mfail.send")}
          </a>
        </div>
      </section>
    </div>
  );
}
