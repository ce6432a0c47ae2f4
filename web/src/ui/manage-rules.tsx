// The rules of a share, each with its own button: nothing is saved that was not pressed.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../lib/words.ts";
import type { Change, ChangeCode, Done, Managed } from "../model/manage-state.ts";
import { Icon } from "./icon.tsx";

const day = 24 * 3_600_000;

export interface RulesProps {
  readonly share: Managed;
  readonly busy: "saving" | "sealing" | "deleting" | undefined;
  readonly done: Done | undefined;
  readonly problem: ChangeCode | undefined;
  readonly change: (change: Change) => void;
  readonly setPassphrase: (passphrase: string) => void;
}

export function RulesPanel(p: RulesProps) {
  return (
    <section class="panel">
      <h2>{t("rules.title")}</h2>
      <Said {...p} />
      <Expires {...p} />
      <Views {...p} />
      <Passphrase {...p} />
    </section>
  );
}

function Said({ busy, done, problem }: RulesProps) {
  if (problem)
    return (
      <p class="problem" role="alert" data-testid="error" data-code={problem}>
        <Icon name="warn" />
        <span>{t(`refused.${problem}`)}</span>
      </p>
    );
  return (
    <p class="small quiet said" role="status">
      {busy ? t(`busy.${busy}`) : done ? t(`done.${done}`) : ""}
    </p>
  );
}

/** What datetime-local takes: the time of this device without a zone. */
function localTime(ms: number): string {
  const d = new Date(ms);
  return new Date(ms - d.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** A field that shows what is in force whenever that changes, and holds what is typed in between. */
function useField(inForce: string): { current: HTMLInputElement | null } {
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (field.current) field.current.value = inForce;
  }, [inForce]);
  return field;
}

function Expires({ share: { statement, skew }, busy, change }: RulesProps) {
  const field = useField(localTime(statement.expires - skew));
  const set = (event: Event) => {
    event.preventDefault();
    change({ expires: Math.floor(new Date(field.current?.value ?? "").getTime() + skew) || 0 });
  };
  const move = (by: number) => change({ expires: statement.expires + by });
  return (
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
        <button
          type="submit"
          class="btn"
          aria-label={`${t("rules.expires.set")}: ${t("rules.expires")}`}
          disabled={!!busy}
        >
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
  );
}

function Views({ share: { statement, taken }, busy, change }: RulesProps) {
  const field = useField(statement.viewLimit === 0 ? "" : String(statement.viewLimit));
  const waits = statement.stage === 1;
  const set = (event: Event) => {
    event.preventDefault();
    const value = field.current?.value.trim() ?? "";
    change({ viewLimit: value === "" ? 0 : Number(value) });
  };
  return (
    <form class="field" onSubmit={set} noValidate>
      <label for="views">{t("rules.views")}</label>
      <div class="row wraps">
        <input
          id="views"
          data-testid="views"
          class="input num"
          ref={field}
          type="text"
          inputMode="numeric"
          autocomplete="off"
          disabled={waits}
          aria-describedby="views-hint"
        />
        <button
          type="submit"
          class="btn"
          data-testid="set-views"
          aria-label={`${t("rules.views.set")}: ${t("rules.views")}`}
          disabled={waits || !!busy}
        >
          {t("rules.views.set")}
        </button>
        {statement.viewLimit > 0 ? (
          <button type="button" class="btn" disabled={!!busy} onClick={() => change({ viewLimit: 0 })}>
            {t("rules.views.any")}
          </button>
        ) : null}
      </div>
      <p class="hint" id="views-hint">
        {waits ? t("rules.views.stage") : t("rules.views.hint", { n: taken })}
      </p>
    </form>
  );
}

function Passphrase({ share: { statement, manifest }, busy, done, setPassphrase }: RulesProps) {
  const field = useRef<HTMLInputElement>(null);
  const [shown, setShown] = useState(false);
  const has = statement.suite > 0;
  // The types of an input tell their kinds apart; this one changes its kind while it lives.
  const kind = (shown ? "text" : "password") as "password";
  useEffect(() => {
    if (done === "passphrase" && field.current) field.current.value = "";
  }, [done]);
  // What does not open cannot be sealed again.
  if (!manifest) return null;
  const set = (event: Event) => {
    event.preventDefault();
    const value = field.current?.value ?? "";
    if (value !== "") setPassphrase(value);
  };
  return (
    <form class="field" onSubmit={set}>
      <label for="new-passphrase">{t("rules.passphrase")}</label>
      <div class="row wraps">
        <input
          id="new-passphrase"
          data-testid="passphrase"
          class="input"
          ref={field}
          type={kind}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          aria-describedby="passphrase-hint"
        />
        <button type="submit" class="btn" data-testid="set-passphrase" disabled={!!busy}>
          {t(has ? "rules.passphrase.replace" : "rules.passphrase.set")}
        </button>
      </div>
      <label class="check">
        <input type="checkbox" checked={shown} onChange={(event) => setShown(event.currentTarget.checked)} />
        <span>{t("rules.show")}</span>
      </label>
      <p class="hint" id="passphrase-hint">
        {t(has ? "rules.passphrase.has" : "rules.passphrase.none")}
      </p>
      {has ? (
        <button type="button" class="btn start" disabled={!!busy} onClick={() => setPassphrase("")}>
          {t("rules.passphrase.remove")}
        </button>
      ) : null}
    </form>
  );
}
