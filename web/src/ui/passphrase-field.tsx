// How long a passphrase would withstand guessing: a bar, and words that say the same.
import { locale, t } from "../lib/words.ts";
import { fewestGuesses } from "../model/send-rules.ts";
import type { Strength } from "../model/send-state.ts";

/** Guesses from which a passphrase counts as more than just enough: 2^40, and 2^60. */
const steps = [fewestGuesses, 1.1e12, 1.15e18] as const;
const levels = ["weak", "fair", "good", "strong"] as const;

/** Above this, languages run out of names. */
const countable = 1e15;

/** "1 trillion": the order of magnitude, since the meter knows no more. */
function rounded(guesses: number): string {
  const order = 10 ** Math.round(Math.log10(Math.min(Math.max(guesses, 10), countable)));
  return new Intl.NumberFormat(locale(), { notation: "compact", compactDisplay: "long" }).format(order);
}

/** Warnings of the meter that the catalogues have words for. */
const warnings = [
  "straightRow",
  "keyPattern",
  "simpleRepeat",
  "extendedRepeat",
  "sequences",
  "recentYears",
  "dates",
  "topTen",
  "topHundred",
  "common",
  "similarToCommon",
  "wordByItself",
  "namesByThemselves",
  "commonNames",
] as const;

/** What makes it weak, in a sentence; empty when nothing in particular does. */
export function warningWords(warning: string): string {
  const known = warnings.find((candidate) => candidate === warning);
  return known ? t(`weak.${known}`) : "";
}

export function StrengthMeter({ strength: { guesses } }: { readonly strength: Strength }) {
  if (!Number.isFinite(guesses)) return null;
  const level = steps.filter((step) => guesses >= step).length;
  const word = t(`strength.${levels[level] ?? "weak"}`);
  return (
    <div class="strength" data-level={level} data-testid="strength">
      <div class="bars" aria-hidden="true">
        {levels.map((name, i) => (
          <i key={name} class={i <= level ? "on" : ""} />
        ))}
      </div>
      <p class="caption" role="status">
        {t(guesses > countable ? "strength.most" : "strength.says", { word, count: rounded(guesses) })}
      </p>
    </div>
  );
}
