// Another passphrase, or none: measured while it is typed, or made of random words.
import { useEffect, useRef, useState } from "preact/hooks";
import { lazy } from "../lib/lazy.ts";
import { t } from "../lib/words.ts";
import { fewestGuesses } from "../model/send-rules.ts";
import { type Strength, unmeasured } from "../model/send-state.ts";
import type { RulesProps } from "./manage-rules.tsx";
import { StrengthMeter, warningWords } from "./passphrase-field.tsx";

type Meter = typeof import("../model/send-strength.lazy.ts");
type Suggester = typeof import("../model/send-suggest.lazy.ts");

/** Measures what is typed when typing pauses. A meter that cannot be loaded measures nothing; setting it will say so. */
function useStrength(typed: string): Strength {
  const [strength, setStrength] = useState(unmeasured);
  useEffect(() => {
    setStrength(unmeasured);
    if (typed === "") return undefined;
    let wanted = true;
    const timer = setTimeout(async () => {
      try {
        const meter = await lazy<Meter>("send-strength");
        if (wanted) setStrength(meter.strength(typed));
      } catch {
        // The page was updated; the next press says so.
      }
    }, 250);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [typed]);
  return strength;
}

export function ManagePassphrase({ share: { statement, manifest }, busy, said, setPassphrase }: RulesProps) {
  const field = useRef<HTMLInputElement>(null);
  const [shown, setShown] = useState(false);
  const [typed, setTyped] = useState("");
  const strength = useStrength(typed);
  const has = statement.suite > 0;
  // The types of an input tell their kinds apart; this one changes its kind while it lives.
  const kind = (shown ? "text" : "password") as "password";
  const fill = (text: string) => {
    if (field.current) field.current.value = text;
    setTyped(text);
  };
  useEffect(() => {
    if (said.done === "passphrase") fill("");
  }, [said.done]);
  // What does not open cannot be sealed again.
  if (!manifest) return null;
  const set = (event: Event) => {
    event.preventDefault();
    const value = field.current?.value ?? "";
    if (value !== "") setPassphrase(value);
  };
  const suggest = async () => {
    try {
      fill((await lazy<Suggester>("send-suggest")).suggest());
      setShown(true);
    } catch {
      // The page was updated; setting a passphrase says so.
    }
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
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
        <button type="button" class="btn" data-testid="suggest" onClick={() => void suggest()}>
          {t("rules.suggest")}
        </button>
        <button type="submit" class="btn" data-testid="set-passphrase" disabled={!!busy}>
          {t(has ? "rules.passphrase.replace" : "rules.passphrase.set")}
        </button>
      </div>
      <StrengthMeter strength={strength} />
      <label class="check">
        <input type="checkbox" checked={shown} onChange={(event) => setShown(event.currentTarget.checked)} />
        <span>{t("rules.show")}</span>
      </label>
      <p class="hint" id="passphrase-hint">
        {strength.guesses < fewestGuesses ? `${warningWords(strength.warning)} ` : ""}
        {t(has ? "rules.passphrase.has" : "rules.passphrase.none")}
      </p>
      {has ? (
        <button
          type="button"
          class="btn start"
          data-testid="remove-passphrase"
          disabled={!!busy}
          onClick={() => setPassphrase("")}
        >
          {t("rules.passphrase.remove")}
        </button>
      ) : null}
    </form>
  );
}
