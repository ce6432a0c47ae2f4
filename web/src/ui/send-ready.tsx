// The link opens: the lamp is on. Originals may still be on their way, which is said in words.
import { t } from "../lib/words.ts";
import type { SendModel } from "../model/send.ts";
import type { RuleFields } from "../model/send-rules.ts";
import { canShare, share } from "./device.ts";
import { Icon } from "./icon.tsx";
import { CopyButton, LinkBox } from "./link-box.tsx";
import { OwnLink } from "./own-link.tsx";
import { PhonePreview } from "./phone-preview.tsx";
import { Qr } from "./qr.tsx";
import { Removed } from "./removed.tsx";
import { StopMessage } from "./send-parts.tsx";
import { moment, opensTimes } from "./send-words.ts";
import { TestStrip } from "./test-strip.tsx";

interface Props {
  readonly model: SendModel;
  readonly link: string;
  /** Undefined once it is forgotten. */
  readonly manage: string | undefined;
  readonly head: { current: HTMLHeadingElement | null };
  readonly onToken: (token: string) => void;
}

export function SendReady({ model, link, manage, head, onToken }: Props) {
  const { phase, photos, sending } = model;
  const stop = sending?.paused?.code;
  return (
    <div class="ready">
      <div class="stack">
        <section class="sleeve is-lit">
          <i class="lamp" aria-hidden="true" />
          <div class="stack">
            <div>
              <h1 ref={head} tabIndex={-1}>
                {t("ready.title")}
              </h1>
              <p class="small quiet under" data-testid="status" data-state={phase}>
                <span class="tagline strong">
                  <span class="dot" />
                  {t("ready.live")}
                </span>{" "}
                {phase === "complete"
                  ? t("ready.rules", {
                      n: photos.length,
                      opens: opensTimes(sending?.views ?? 0),
                      moment: moment(sending?.expires ?? 0),
                    })
                  : t("ready.opens")}
              </p>
            </div>
            <LinkBox link={link} waiting={false} />
            <div class="withqr">
              <div class="stack close">
                <div class="actions">
                  <CopyButton text={link} shown="share-link" label={t("links.copy")} class="btn primary big" />
                  {canShare(link) ? (
                    <button type="button" class="btn big" onClick={() => void share(link)}>
                      <Icon name="share" />
                      {t("links.share")}
                    </button>
                  ) : null}
                </div>
                <p class="caption measure">{whoOpens(sending?.fields)}</p>
              </div>
              <Qr text={link} />
            </div>
            {phase === "opens" ? (
              <div class="actions">
                <button type="button" class="btn plain" data-testid="cancel" onClick={() => void model.cancel()}>
                  {t("sending.cancel")}
                </button>
              </div>
            ) : null}
          </div>
        </section>
        {stop ? (
          <StopMessage code={stop} onRetry={() => model.resume()} onBack={() => model.again()} onToken={onToken} />
        ) : null}
        {phase === "opens" ? <TestStrip model={model} /> : null}
        <OwnLink
          link={manage}
          borrowed={sending?.fields.borrowed ?? false}
          expires={sending?.expires ?? 0}
          complete={phase === "complete"}
          onForget={() => model.forget()}
        />
        <Removed photos={photos} pixelsOnly={sending?.fields.pixelsOnly ?? false} />
        {phase === "complete" ? (
          <p>
            <button type="button" class="btn" data-testid="again" onClick={() => model.again()}>
              {t("ready.again")}
            </button>
          </p>
        ) : null}
      </div>
      <PhonePreview photos={photos} />
    </div>
  );
}

/** Who can open it now, and what the sender still has to do for that. */
function whoOpens(fields: RuleFields | undefined): string {
  const first = fields?.named ? t("ready.named") : t(fields?.passphrase ? "ready.choose-passphrase" : "ready.choose");
  return fields?.askFirst ? `${first} ${t("ready.ask")}` : first;
}
