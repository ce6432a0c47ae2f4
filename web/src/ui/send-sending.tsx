// A share is on its way: the link first, marked until it opens; then the test strip.
import { useEffect, useRef } from "preact/hooks";
import { t } from "../lib/words.ts";
import type { SendModel } from "../model/send.ts";
import { wholeProgress } from "../model/send-progress.ts";
import type { Phase } from "../model/send-state.ts";
import { CopyButton, LinkBox } from "./link-box.tsx";
import { StopMessage } from "./send-parts.tsx";
import { TestStrip } from "./test-strip.tsx";

interface Props {
  readonly model: SendModel;
  readonly link: string | undefined;
  readonly head: { current: HTMLHeadingElement | null };
  readonly onToken: (token: string) => void;
}

export function SendSending({ model, link, head, onToken }: Props) {
  const { phase, sending, loads, arrived } = model;
  const sleeve = useRef<HTMLElement>(null);
  const lit = wholeProgress(loads, arrived).share;
  // The page's policy allows no style attribute in markup; a property set from script is none.
  useEffect(() => sleeve.current?.style.setProperty("--lit", `${Math.round(100 * lit)}%`), [lit]);
  const stop = phase === "failed" ? model.problem : sending?.paused?.code;
  return (
    <div class="stack narrow">
      <section class={phase === "failed" ? "sleeve" : "sleeve is-half"} ref={sleeve}>
        <i class="lamp" aria-hidden="true" />
        <div class="stack">
          <div>
            <h1 ref={head} tabIndex={-1}>
              {t(phase === "failed" ? "failed.title" : "sending.title")}
            </h1>
            <p class="quiet small under" data-testid="status" data-state={phase}>
              <span class="tagline">
                <span class={phase === "failed" ? "dot off" : "dot half"} />
                {t(`sending.${stateOf(phase, stop)}.state`)}
              </span>{" "}
              {phase === "failed" ? t("failed.link") : t(sending?.views || stop ? "sending.limited" : "sending.copy")}
            </p>
          </div>
          {stop ? (
            <StopMessage code={stop} onRetry={() => model.resume()} onBack={() => model.again()} onToken={onToken} />
          ) : null}
          {link && phase !== "failed" ? <LinkBox link={link} waiting /> : null}
          {phase === "failed" ? null : (
            <div class="actions">
              {link ? <CopyButton text={link} shown="share-link" label={t("links.copy")} class="btn" /> : null}
              <button type="button" class="btn plain" data-testid="cancel" onClick={() => void model.cancel()}>
                {t("sending.cancel")}
              </button>
            </div>
          )}
        </div>
      </section>
      {phase === "failed" ? null : <TestStrip model={model} />}
    </div>
  );
}

function stateOf(phase: Phase, stop: string | undefined): "failed" | "waiting" | "packing" | "uploading" {
  if (phase === "failed") return "failed";
  if (stop) return "waiting";
  return phase === "packing" ? "packing" : "uploading";
}
