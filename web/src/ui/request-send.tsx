// Sending to who asked, for somebody who is afraid and has a phone: nothing to decide, nothing to keep.
import { useEffect, useRef } from "preact/hooks";
import { t } from "../lib/words.ts";
import type { Requesting } from "../model/request.ts";
import type { SendModel } from "../model/send.ts";
import { wholeProgress } from "../model/send-progress.ts";
import { useCalm } from "./hooks.ts";
import { LeftOutNotice, PhotoInput, StopMessage } from "./send-parts.tsx";
import { duration, percent } from "./send-words.ts";

interface Head {
  readonly head: { current: HTMLHeadingElement | null };
}

interface ReadyProps extends Head {
  readonly model: Requesting;
  readonly send: SendModel;
  readonly over: boolean;
}

export function Ready({ model, send, over, head }: ReadyProps) {
  const stopped = send.problem;
  return (
    <div class="asked">
      <LeftOutNotice files={send.prepare.leftOut} />
      {stopped ? <Stop model={model} send={send} code={stopped} /> : null}
      <section class={over ? "sleeve drop is-over" : "sleeve drop"}>
        <i class="lamp" aria-hidden="true" />
        <h1 ref={head} tabIndex={-1}>
          {t("request.promise")}
        </h1>
        {stopped === "no-wasm" ? null : (
          <PhotoInput class="btn primary big wide" onFiles={(files) => model.add(files)}>
            {t("request.choose")}
          </PhotoInput>
        )}
        <p class="small quiet" data-testid="status" data-state="choosing">
          {t("request.once")}
        </p>
      </section>
      <p class="caption aside">{t("request.see")}</p>
    </div>
  );
}

interface SendingProps extends Head {
  readonly model: Requesting;
  readonly send: SendModel;
}

export function Sending({ model, send, head }: SendingProps) {
  const { phase, sending, loads, arrived } = send;
  const whole = wholeProgress(loads, arrived);
  const sleeve = useRef<HTMLElement>(null);
  // The page's policy allows no style attribute in markup; a property set from script is none.
  useEffect(() => sleeve.current?.style.setProperty("--lit", `${Math.round(100 * whole.share)}%`), [whole.share]);
  const failed = phase === "failed";
  const stop = failed ? send.problem : (model.paused ?? sending?.paused)?.code;
  const left = send.secondsLeft;
  const rest = left ? t("strip.left", { time: duration(left) }) : "";
  const said = useCalm(t("strip.said", { percent: percent(whole.share), rest }));
  return (
    <div class="asked">
      <LeftOutNotice files={send.prepare.leftOut} />
      <section class={failed ? "sleeve" : "sleeve is-half"} ref={sleeve}>
        <i class="lamp" aria-hidden="true" />
        <div>
          <h1 ref={head} tabIndex={-1}>
            {t(failed ? "request.failed.title" : "request.sending", { n: send.photos.length })}
          </h1>
          <p class="quiet under" data-testid="status" data-state={phase === "complete" ? "opens" : phase}>
            {failed ? t("request.failed.body") : t("request.keep")}
          </p>
        </div>
        {stop ? <Stop model={model} send={send} code={stop} /> : null}
        {failed ? null : (
          <>
            <div class="row spread num">
              <span>{percent(whole.share)}</span>
              <span class="quiet">{rest}</span>
            </div>
            <progress class="meter now" max={1} value={whole.share} aria-label={t("strip.title")} />
            <p class="vh" aria-live="polite">
              {said}
            </p>
            <button type="button" class="btn wide" data-testid="cancel" onClick={() => void model.cancel()}>
              {t("sending.cancel")}
            </button>
          </>
        )}
      </section>
    </div>
  );
}

/** What stopped everything. A mailbox that closed or ended meanwhile has words of its own. */
function Stop({ model, send, code }: { readonly model: Requesting; readonly send: SendModel; readonly code: string }) {
  if (code === "closed" || code === "ended")
    return (
      <div class="notice stop" role="alert" data-testid="error" data-code={code}>
        <p>
          <b>{t(`rfail.${code}.title`)}</b> {t("request.stopped.nothing")}
        </p>
      </div>
    );
  const retry = () => (send.phase === "choosing" ? send.prepare.retry() : model.resume());
  return <StopMessage code={code} onRetry={retry} onBack={() => model.again()} onToken={() => {}} />;
}

interface DeliveredProps extends Head {
  readonly photos: number;
  readonly more: () => void;
}

export function Delivered({ photos, head, more }: DeliveredProps) {
  return (
    <div class="asked">
      <section class="sleeve is-lit">
        <i class="lamp" aria-hidden="true" />
        <div>
          <h1 ref={head} tabIndex={-1}>
            {t("request.delivered")}
          </h1>
          <p class="quiet under" role="status" data-testid="status" data-state="complete">
            {t("request.delivered.body", { n: photos })}
          </p>
        </div>
        <button type="button" class="btn wide" data-testid="again" onClick={more}>
          {t("request.more")}
        </button>
      </section>
    </div>
  );
}
