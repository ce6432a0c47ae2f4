// What the page for senders says when nothing can be sent: what happened, what that means, one action.
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { moveTo } from "../format/fragment.ts";
import { t } from "../lib/words.ts";
import type { RequestCode } from "../model/request-state.ts";
import { Paste, Sleeve } from "../viewer/message.tsx";
import { useCountdown } from "../viewer/use-model.ts";
import { Frame } from "./frame.tsx";

export interface RequestFailureProps {
  readonly code: RequestCode;
  readonly retryAt?: number | undefined;
  readonly retry: () => void;
}

export function RequestFailure({ code, retryAt, retry }: RequestFailureProps) {
  const title = t(`rfail.${code}.title`);
  useEffect(() => {
    document.title = t("request.page", { title });
  }, [title]);
  return (
    <Frame>
      <div class="center">
        <section class="message" role="alert" data-testid="error" data-code={code}>
          <Sleeve wait={code === "unreachable"} />
          <h1>{title}</h1>
          <p>{t(`rfail.${code}.body`)}</p>
          <Countdown until={retryAt} />
          <Action code={code} retry={retry} />
          <p class="code">{t("error.code", { code })}</p>
        </section>
      </div>
    </Frame>
  );
}

function Action({ code, retry }: RequestFailureProps) {
  switch (code) {
    case "link-cut":
    case "link-mistyped":
      return <Paste />;
    case "link-manage":
      return <Button onClick={() => moveTo("m")}>{t("fail.link-manage.action")}</Button>;
    case "link-kind":
      return <Button onClick={() => moveTo("s")}>{t("rfail.look")}</Button>;
    case "ended":
    case "closed":
    case "full":
      return null;
    case "newer":
    case "updated":
    case "failed":
      return <Button onClick={() => location.reload()}>{t("fail.reload")}</Button>;
    case "damaged":
    case "later":
    case "unreachable":
    case "server":
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
