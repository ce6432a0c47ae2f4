// A request link, for who made it: what arrived and when, each opened with a press; open or closed, longer or shorter.
import { useEffect, useRef } from "preact/hooks";
import { t } from "../lib/words.ts";
import type { Box, BoxChange, Delivery } from "../model/manage-box.ts";
import type { Busy, ChangeCode, Done } from "../model/manage-state.ts";
import { whenWords } from "../viewer/amounts.ts";
import { useField } from "./hooks.ts";
import { TimeLeft } from "./manage-head.tsx";
import { Said } from "./manage-said.tsx";
import { localTime } from "./send-words.ts";

interface Props {
  readonly box: Box;
  readonly busy: Busy | undefined;
  readonly done: Done | undefined;
  readonly problem: ChangeCode | undefined;
  readonly change: (change: BoxChange) => void;
}

export function BoxHead({ box }: { readonly box: Box }) {
  const { document, deliveries, skew } = box;
  const open = document.open === 1;
  return (
    <section class={open ? "sleeve is-lit full" : "sleeve full"}>
      <i class="lamp" aria-hidden="true" />
      <div class="meters">
        <div class="named">
          <p class="tagline" data-testid="box-state" data-state={open ? "open" : "closed"}>
            <span class={open ? "dot" : "dot off"} />
            {t(open ? "box.open" : "box.closed")}
          </p>
          <h1>{t("box.title")}</h1>
          <p class="small quiet">{t("box.body")}</p>
        </div>
        <div class="meter">
          <p class="caption">{t("box.arrived.label")}</p>
          <p class="big">{t("box.arrived", { n: deliveries.length })}</p>
        </div>
        <TimeLeft from={document.created - skew} to={document.expires - skew} />
      </div>
    </section>
  );
}

export function BoxArrived({ box }: { readonly box: Box }) {
  const { deliveries, dropped } = box;
  const said = useNews(deliveries.length);
  return (
    <section class="panel" data-testid="arrived" aria-labelledby="arrived-title">
      <div class="stack tight">
        <h2 id="arrived-title">{t("box.list")}</h2>
        <p class="small quiet">{t(deliveries.length > 0 ? "box.list.body" : "box.none")}</p>
      </div>
      <p class="vh" role="status">
        {said}
      </p>
      {deliveries.length > 0 ? (
        <ol class="deliveries">
          {deliveries.map((delivery, i) => (
            <Arrived key={delivery.link} delivery={delivery} n={deliveries.length - i} />
          ))}
        </ol>
      ) : null}
      {dropped > 0 ? <p class="caption">{t("box.dropped", { n: dropped })}</p> : null}
    </section>
  );
}

/** Says when something arrives while the page is open. */
function useNews(count: number): string {
  const first = useRef(count);
  const more = count - first.current;
  return more > 0 ? t("box.news", { n: more }) : "";
}

function Arrived({ delivery, n }: { readonly delivery: Delivery; readonly n: number }) {
  return (
    <li data-testid="delivery">
      <span>
        {t("box.delivery", { n })}
        <time class="caption" dateTime={new Date(delivery.received).toISOString()}>
          {whenWords(delivery.received, Date.now())}
        </time>
      </span>
      <a class="btn" href={delivery.link} target="_blank" rel="noreferrer" aria-label={t("box.look.named", { n })}>
        {t("box.look")}
      </a>
    </li>
  );
}

export function BoxRules({ box, busy, done, problem, change }: Props) {
  const { document, skew } = box;
  const field = useField(localTime(document.expires - skew));
  const heard = useRef<HTMLElement>(null);
  useEffect(() => {
    if (done || problem) heard.current?.scrollIntoView({ block: "nearest" });
  }, [done, problem]);
  const open = document.open === 1;
  const set = (event: Event) => {
    event.preventDefault();
    change({ expires: Math.floor(new Date(field.current?.value ?? "").getTime() + skew) || 0 });
  };
  const day = 86_400_000;
  const move = (by: number) => change({ expires: document.expires + by });
  return (
    <section class="panel" ref={heard}>
      <h2>{t("rules.title")}</h2>
      <Said busy={busy} done={done} problem={problem} />
      <div class="field">
        <p class="label">{t(open ? "box.open.label" : "box.closed.label")}</p>
        <button
          type="button"
          class="btn start"
          data-testid="box-switch"
          disabled={!!busy}
          onClick={() => change({ open: open ? 0 : 1 })}
        >
          {t(open ? "box.close" : "box.reopen")}
        </button>
        <p class="hint">{t("box.close.hint")}</p>
      </div>
      <form class="field" onSubmit={set}>
        <label for="expires">{t("rules.expires")}</label>
        <div class="row wraps">
          <input
            id="expires"
            data-testid="expires"
            class="input num"
            ref={field}
            type="datetime-local"
            aria-describedby="expires-hint"
          />
          <button type="submit" class="btn" disabled={!!busy}>
            {t("rules.expires.set")}
          </button>
          <button type="button" class="btn" data-testid="shorten" disabled={!!busy} onClick={() => move(-day)}>
            {t("rules.shorten")}
          </button>
          <button type="button" class="btn" data-testid="extend" disabled={!!busy} onClick={() => move(day)}>
            {t("rules.extend")}
          </button>
        </div>
        <p class="hint" id="expires-hint">
          {t("rules.expires.hint")}
        </p>
      </form>
    </section>
  );
}
