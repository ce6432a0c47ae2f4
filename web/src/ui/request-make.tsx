// Making a request link: how long, then the link to give away and the one to keep. Below it, a key for people who are named.
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../lib/words.ts";
import { codeOf, type RequestCode } from "../model/request-state.ts";
import { type SendSite, usual } from "../model/send-state.ts";
import { canShare, share } from "./device.ts";
import { Frame } from "./frame.tsx";
import { Icon } from "./icon.tsx";
import { CopyButton, LinkBox } from "./link-box.tsx";
import { HeadLinks } from "./links.tsx";
import { Qr } from "./qr.tsx";
import { KeySection, type KeySectionProps } from "./request-key.tsx";
import { StopMessage } from "./send-parts.tsx";
import { briefLifetime, moment } from "./send-words.ts";

export interface MadeLinks {
  readonly link: string;
  readonly manage: string;
  /** ms */
  readonly expires: number;
}

export interface MakeAppProps extends KeySectionProps {
  readonly site: Promise<SendSite>;
  readonly make: (lifetime: number, token: string, signal: AbortSignal) => Promise<MadeLinks>;
}

export function MakeApp({ site, make, newKey, oldKey }: MakeAppProps) {
  const [made, setMade] = useState<MadeLinks>();
  useEffect(() => {
    document.title = t("request.page", { title: t("make.title") });
  }, []);
  return (
    <Frame nav={<HeadLinks here="request" />}>
      <div class="making">
        {made ? <Made {...made} /> : <Form site={site} make={make} done={setMade} />}
        <KeySection newKey={newKey} oldKey={oldKey} />
      </div>
    </Frame>
  );
}

type FormProps = Pick<MakeAppProps, "site" | "make"> & { readonly done: (made: MadeLinks) => void };

/** Codes that making can end in and that the catalogue of sending has words for. */
const stopCodes: { readonly [code in RequestCode]?: string } = {
  unreachable: "away",
  later: "later",
  updated: "updated",
};

function Form({ site, make, done }: FormProps) {
  const { lifetimes, first } = useLifetimes(site);
  const [chosen, setChosen] = useState<number>();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const run = useRef(new AbortController());
  useEffect(() => () => run.current.abort(), []);
  const begin = async (token: string) => {
    if (busy) return;
    setBusy(true);
    setProblem(undefined);
    try {
      done(await make(chosen ?? first, token, run.current.signal));
    } catch (error) {
      const named = (error as { code?: unknown } | null)?.code;
      if (!run.current.signal.aborted) setProblem(named === "token" ? "token" : (stopCodes[codeOf(error)] ?? "reply"));
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: Event) => {
    event.preventDefault();
    void begin("");
  };
  return (
    <section class="sleeve">
      <i class="lamp" aria-hidden="true" />
      <div class="stack">
        <div>
          <h1>{t("make.title")}</h1>
          <p class="quiet under">{t("make.body")}</p>
        </div>
        <form class="stack" onSubmit={submit}>
          <fieldset class="lasts">
            <legend class="label">{t("make.lasts")}</legend>
            <div class={lifetimes.length > 4 ? "choices many" : "choices"}>
              {lifetimes.map((ms) => (
                <label key={ms}>
                  <input type="radio" name="lasts" checked={ms === (chosen ?? first)} onChange={() => setChosen(ms)} />
                  {briefLifetime(ms)}
                </label>
              ))}
            </div>
          </fieldset>
          <p>
            <button type="submit" class="btn primary big" data-testid="make" disabled={busy}>
              {t(busy ? "busy.wait" : "make.action")}
            </button>
          </p>
        </form>
        {problem ? (
          <StopMessage
            code={problem}
            onRetry={() => void begin("")}
            onBack={() => setProblem(undefined)}
            onToken={(token) => void begin(token)}
          />
        ) : null}
      </div>
    </section>
  );
}

/** What the site offers, and the usual presets until it is known. */
function useLifetimes(site: Promise<SendSite>): { readonly lifetimes: readonly number[]; readonly first: number } {
  const [known, setKnown] = useState(usual);
  useEffect(() => {
    site.then(setKnown, () => {});
  }, [site]);
  return { lifetimes: known.lifetimes.filter((each) => known.longest >= each).slice(0, 6), first: known.lifetime };
}

function Made({ link, manage, expires }: MadeLinks) {
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => head.current?.focus(), []);
  return (
    <>
      <section class="sleeve is-lit">
        <i class="lamp" aria-hidden="true" />
        <div class="stack">
          <div>
            <h1 ref={head} tabIndex={-1}>
              {t("made.title")}
            </h1>
            <p class="quiet under" data-testid="status" data-state="complete">
              {t("made.body", { moment: moment(expires) })}
            </p>
          </div>
          <LinkBox link={link} waiting={false} />
          <div class="withqr">
            <div class="stack close">
              <div class="actions">
                <CopyButton text={link} shown="share-link" label={t("made.copy")} class="btn primary big" />
                {canShare(link) ? (
                  <button type="button" class="btn big" onClick={() => void share(link)}>
                    <Icon name="share" />
                    {t("links.share")}
                  </button>
                ) : null}
              </div>
              <p class="caption measure">{t("made.choose")}</p>
            </div>
            <Qr text={link} />
          </div>
        </div>
      </section>
      <section class="own">
        <h2>{t("own.title")}</h2>
        <p class="small quiet">{t("made.own")}</p>
        <code data-testid="manage-link" id="manage-link">
          {manage}
        </code>
        <div class="actions">
          <CopyButton text={manage} shown="manage-link" label={t("own.copy")} class="btn" />
          <a class="btn" href={manage}>
            {t("made.manage")}
          </a>
        </div>
      </section>
    </>
  );
}
