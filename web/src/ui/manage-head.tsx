// The head of the manage page: what is shared, how long it lives, how often it was opened.
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../lib/words.ts";
import { type Managed, storedSize } from "../model/manage-state.ts";
import { sizeWords, whenWords } from "../viewer/amounts.ts";

const minute = 60_000;

export function ManageHead({ share }: { readonly share: Managed }) {
  const { statement, manifest, draining, skew } = share;
  const lit = !draining;
  return (
    <section class={lit ? "sleeve is-lit full" : "sleeve full"}>
      <i class="lamp" aria-hidden="true" />
      <div class="meters">
        <div class="named">
          <p class="tagline">
            <span class={lit ? "dot" : "dot off"} />
            {t(draining ? "state.draining" : statement.stage === 1 ? "state.views" : "state.live")}
          </p>
          <h1>{manifest?.title ? t("state.named", { title: manifest.title }) : t("state.unnamed")}</h1>
          <p class="small quiet">
            {facts(share)} {t(manifest ? "state.read" : "state.unread")}
          </p>
        </div>
        <Views share={share} />
        <TimeLeft from={statement.created - skew} to={statement.expires - skew} />
        <Photos share={share} />
      </div>
    </section>
  );
}

function facts({ statement, manifest, skew }: Managed): string {
  const size = sizeWords(storedSize(statement));
  const when = whenWords(statement.created - skew, Date.now());
  const n = manifest?.photos.length ?? 0;
  return n > 0 ? t("state.facts", { n, size, when }) : t("state.facts.sealed", { size, when });
}

function Views({ share: { statement, taken } }: { readonly share: Managed }) {
  const { viewLimit } = statement;
  const left = Math.max(0, viewLimit - taken);
  return (
    <div class="meter">
      <p class="caption">{t("views.label")}</p>
      <p class="big">{viewLimit > 0 ? t("views.used", { taken, n: viewLimit }) : t("views.any")}</p>
      {viewLimit > 0 && viewLimit <= 20 ? (
        <div class="pips" role="img" aria-label={t("views.left", { n: left })}>
          {Array.from({ length: viewLimit }, (_, i) => (
            <i key={i} class={i < taken ? "used" : ""} />
          ))}
        </div>
      ) : viewLimit > 0 ? (
        <Bar part={left / viewLimit} />
      ) : null}
    </div>
  );
}

/** How much of the time from one moment to another is left. */
export function TimeLeft({ from, to }: { readonly from: number; readonly to: number }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 10_000);
    return () => clearInterval(timer);
  }, []);
  const left = Math.max(0, to - now);
  return (
    <div class="meter">
      <p class="caption">{t("time.label")}</p>
      <p class="big">
        <time>{leftInWords(left)}</time>
      </p>
      <Bar part={left / (to - from)} />
    </div>
  );
}

function leftInWords(ms: number): string {
  const minutes = Math.floor(ms / minute);
  const [d, h, m] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  if (d > 0) return t("time.days", { d, h, m });
  return h > 0 ? t("time.hours", { h, m }) : t("time.minutes", { m });
}

/** The rest that is lit. The words beside it say the same. */
function Bar({ part }: { readonly part: number }) {
  const rest = useRef<HTMLElement>(null);
  useEffect(() => {
    rest.current?.style.setProperty("inline-size", `${Math.min(100, Math.max(0, part * 100))}%`);
  }, [part]);
  return (
    <div class="life" aria-hidden="true">
      <i ref={rest} />
    </div>
  );
}

/** What the share holds, as the owner described it. Previews stay sealed here: the page needs no picture to manage. */
function Photos({ share: { manifest } }: { readonly share: Managed }) {
  if (!manifest || manifest.photos.length === 0) return null;
  return (
    <details class="full">
      <summary>{t("state.list")}</summary>
      <ol class="photo-list">
        {manifest.photos.map((p, i) => (
          <li key={i}>{p.alt || p.name || t("state.photo", { i: i + 1 })}</li>
        ))}
      </ol>
    </details>
  );
}
