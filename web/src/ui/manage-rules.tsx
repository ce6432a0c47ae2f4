// The rules of a share, each with its own button: nothing is saved that was not pressed.
import { t } from "../lib/words.ts";
import type { Busy, Change, Managed } from "../model/manage-state.ts";
import { useField } from "./hooks.ts";
import { ManagePassphrase } from "./manage-passphrase.tsx";
import { Said, type SaidProps } from "./manage-said.tsx";
import { localTime } from "./send-words.ts";

const day = 24 * 3_600_000;

export interface RulesProps {
  readonly share: Managed;
  readonly busy: Busy | undefined;
  readonly said: SaidProps;
  readonly change: (change: Change) => void;
  readonly setPassphrase: (passphrase: string) => void;
}

export function RulesPanel(p: RulesProps) {
  return (
    <section class="panel">
      <h2>{t("rules.title")}</h2>
      <Said {...p.said} />
      <Expires {...p} />
      <Views {...p} />
      <ManagePassphrase {...p} />
    </section>
  );
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
