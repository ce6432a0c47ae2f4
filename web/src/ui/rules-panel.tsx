// The rules of a share: presets set the field beside them, the field holds the value.

import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { t } from "../lib/words.ts";
import type { SendModel } from "../model/send.ts";
import {
  lifetimeText,
  minLifetime,
  parseLifetime,
  parseViews,
  type RuleFault,
  viewPresets,
} from "../model/send-rules.ts";
import { Icon } from "./icon.tsx";
import { StrengthMeter, warningWords } from "./passphrase-field.tsx";
import { RulesMore } from "./rules-more.tsx";
import { briefLifetime, localTime, moment } from "./send-words.ts";

interface Props {
  readonly model: SendModel;
  readonly onSuggest: () => Promise<void>;
}

export function RulesPanel({ model, onSuggest }: Props) {
  return (
    <section class="panel" aria-label={t("rule.label")}>
      <div class="field">
        <label for="title">
          {t("rule.title")} <span class="quiet optional">{t("rule.title-optional")}</span>
        </label>
        <input
          class="input"
          id="title"
          data-testid="title"
          autocomplete="off"
          maxLength={1000}
          value={model.fields.title}
          onInput={(event) => model.set({ title: event.currentTarget.value })}
        />
        <Problem fault={model.faults.title} id="title-problem" />
      </div>
      <Expires model={model} />
      <Views model={model} />
      <Passphrase model={model} onSuggest={onSuggest} />
      <RulesMore model={model} />
    </section>
  );
}

interface ProblemProps {
  readonly fault: RuleFault | undefined;
  readonly id: string;
  /** What it is about in this case. */
  readonly children?: string;
}

function Problem({ fault, id, children }: ProblemProps) {
  return fault ? (
    <p class="problem" id={id} role="alert">
      <Icon name="warn" />
      <span>
        {children ? `${children} ` : ""}
        {t(`fault.${fault}`)}
      </span>
    </p>
  ) : null;
}

interface ChoicesProps {
  readonly name: string;
  readonly presets: readonly string[];
  readonly chosen: (preset: string) => boolean;
  readonly words: (preset: string) => string;
  readonly onChoose: (preset: string) => void;
}

function Choices({ name, presets, chosen, words, onChoose }: ChoicesProps) {
  return (
    <div class={presets.length > 4 ? "choices many" : "choices"}>
      {presets.map((preset) => (
        <label key={preset}>
          <input type="radio" name={name} checked={chosen(preset)} onChange={() => onChoose(preset)} />
          {words(preset)}
        </label>
      ))}
    </div>
  );
}

function Group({ id, children }: { readonly id: string; readonly children: ComponentChildren }) {
  return (
    <fieldset class="field" aria-labelledby={id}>
      {children}
    </fieldset>
  );
}

function Expires({ model }: { readonly model: SendModel }) {
  const { fields, faults, site } = model;
  const ms = parseLifetime(fields.expires);
  const presets = site.lifetimes.slice(0, 5).map(lifetimeText);
  return (
    <Group id="expires-label">
      <div class="head-input">
        <label for="expires" id="expires-label">
          {t("rule.expires")}
        </label>
        <input
          class={faults.expires ? "input is-error" : "input"}
          id="expires"
          data-testid="expires"
          autocomplete="off"
          aria-describedby="expires-hint"
          aria-invalid={faults.expires !== undefined}
          value={fields.expires}
          onInput={(event) => model.set({ expires: event.currentTarget.value })}
        />
      </div>
      <Choices
        name="expires-preset"
        presets={presets}
        chosen={(preset) => parseLifetime(preset) === ms}
        words={(preset) => briefLifetime(parseLifetime(preset) ?? 0)}
        onChoose={(expires) => model.set({ expires })}
      />
      {faults.expires ? (
        <Problem fault={faults.expires} id="expires-hint" />
      ) : (
        <p class="hint" id="expires-hint">
          {t("rule.expires-hint", { moment: moment(Date.now() + (ms ?? 0)) })}
        </p>
      )}
      <Until model={model} lifetime={ms ?? 0} />
    </Group>
  );
}

const minute = 60_000;

/** The same moment as a date, in the time of this device. */
function Until({ model, lifetime: ms }: { readonly model: SendModel; readonly lifetime: number }) {
  const now = Date.now();
  const choose = (event: Event) => {
    const chosen = new Date((event.currentTarget as HTMLInputElement).value).getTime();
    // Whole minutes, rounded up: until the minute that was chosen, not short of it.
    if (chosen > now) model.set({ expires: lifetimeText(Math.ceil((chosen - now) / minute) * minute) });
  };
  return (
    <details class="until">
      <summary>{t("rule.until")}</summary>
      <input
        class="input num"
        type="datetime-local"
        data-testid="until"
        aria-label={t("rule.until-label")}
        min={localTime(now + minLifetime)}
        max={localTime(now + model.site.longest)}
        value={localTime(now + ms)}
        onChange={choose}
      />
      <p class="hint">{t("rule.until-hint", { moment: moment(now + model.site.longest) })}</p>
    </details>
  );
}

function Views({ model }: { readonly model: SendModel }) {
  const { fields, faults } = model;
  const views = parseViews(fields.views);
  return (
    <Group id="views-label">
      <div class="head-input">
        <label for="views" id="views-label">
          {t("rule.views")}
        </label>
        <input
          class={faults.views ? "input is-error" : "input"}
          id="views"
          data-testid="views"
          inputMode="numeric"
          autocomplete="off"
          placeholder={t("rule.views-none")}
          aria-describedby="views-hint"
          aria-invalid={faults.views !== undefined}
          value={fields.views}
          onInput={(event) => model.set({ views: event.currentTarget.value })}
        />
      </div>
      <Choices
        name="views-preset"
        presets={viewPresets}
        chosen={(preset) => parseViews(preset) === views}
        words={(preset) => t(preset === "" ? "rule.views-none" : "rule.views-n", { n: Number(preset) })}
        onChoose={(chosen) => model.set({ views: chosen })}
      />
      {faults.views ? (
        <Problem fault={faults.views} id="views-hint" />
      ) : (
        <p class="hint" id="views-hint">
          {t("rule.views-hint")}
        </p>
      )}
    </Group>
  );
}

/** What Suggest makes, and hardly anybody types. */
const suggested = /^([a-z]+-){5}[a-z]+$/;

function Passphrase({ model, onSuggest }: Props) {
  const { fields, faults, strength } = model;
  const { passphrase } = fields;
  // Measured when typing pauses.
  useEffect(() => {
    const timer = setTimeout(() => void model.measure(), 250);
    return () => clearTimeout(timer);
  }, [passphrase]);
  return (
    <div class="field">
      <label for="passphrase">
        {t("rule.passphrase")} <span class="quiet optional">{t("rule.optional")}</span>
      </label>
      <div class="row">
        <input
          class={faults.passphrase ? "input is-error" : "input"}
          id="passphrase"
          data-testid="passphrase"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          aria-describedby="passphrase-hint"
          aria-invalid={faults.passphrase !== undefined}
          value={passphrase}
          onInput={(event) => model.set({ passphrase: event.currentTarget.value })}
        />
        <button type="button" class="btn" onClick={() => void onSuggest()}>
          {t("rule.suggest")}
        </button>
      </div>
      <StrengthMeter strength={strength} />
      {faults.passphrase ? (
        <Problem fault={faults.passphrase} id="passphrase-hint">
          {faults.passphrase === "passphrase-weak" ? warningWords(strength.warning) : ""}
        </Problem>
      ) : (
        <p class="hint" id="passphrase-hint">
          {t(suggested.test(passphrase) ? "rule.suggested" : "rule.passphrase-hint")}
        </p>
      )}
    </div>
  );
}
