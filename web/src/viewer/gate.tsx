// The gate: what opening costs, the passphrase, and the one button that asks for a view.
import { useEffect, useRef } from "preact/hooks";
import { t } from "../lib/words.ts";
import type { Busy, Gate, Problem } from "../model/view-state.ts";
import { Frame } from "../ui/frame.tsx";
import { Icon } from "../ui/icon.tsx";
import { leftWords, percentWords, whenWords } from "./amounts.ts";
import { useTitle } from "./message.tsx";
import { useCountdown } from "./use-model.ts";

export interface GateProps {
  readonly gate: Gate;
  readonly busy?: Busy | undefined;
  readonly problem?: Problem | undefined;
  readonly press: (passphrase: string) => void;
  readonly cancel: () => void;
}

export function GatePage({ gate, busy, problem, press, cancel }: GateProps) {
  const { statement } = gate;
  const field = useRef<HTMLInputElement>(null);
  const needsPassphrase = statement.suite > 0;
  useTitle(t("gate.title"));
  const submit = (event: Event) => {
    event.preventDefault();
    if (!busy) press(field.current?.value ?? "");
  };
  return (
    <Frame>
      <div class="center">
        <div class="gate">
          <section class="sleeve is-lit">
            <i class="lamp" aria-hidden="true" />
            <div>
              <h1>{t("gate.title")}</h1>
              <p class="quiet small">{t(needsPassphrase ? "gate.sealed.passphrase" : "gate.sealed")}</p>
            </div>
            <Terms gate={gate} />
            <form class="form" onSubmit={submit}>
              {needsPassphrase ? <Passphrase field={field} problem={problem} busy={busy !== undefined} /> : null}
              {problem && !needsPassphrase ? <ProblemLine problem={problem} /> : null}
              <Buttons busy={busy} until={problem?.until} cancel={cancel} />
            </form>
          </section>
          <p class="caption aside">{t("gate.device")}</p>
        </div>
      </div>
    </Frame>
  );
}

function Terms({ gate: { statement, taken, mine, skew } }: { readonly gate: Gate }) {
  const now = Date.now();
  const left = Math.max(1, statement.viewLimit - taken);
  return (
    <ul class="terms">
      {statement.viewLimit > 0 ? (
        <li>
          <Icon name="once" />
          <span>{mine ? t("gate.mine") : <Cost left={left} limit={statement.viewLimit} />}</span>
        </li>
      ) : null}
      <li>
        <Icon name="clock" />
        <span>
          {t("gate.expires", {
            when: whenWords(statement.expires - skew, now),
            left: leftWords(statement.expires - skew - now),
          })}
        </span>
      </li>
    </ul>
  );
}

function Cost({ left, limit }: { readonly left: number; readonly limit: number }) {
  if (limit === 1)
    return (
      <>
        <b class="strong">{t("gate.last")}</b> {t("gate.last.rest")} {t("gate.tab.last")}
      </>
    );
  return (
    <>
      {t("gate.views", { n: left })} {t(left > 1 ? "gate.tab" : "gate.tab.last")}
    </>
  );
}

interface PassphraseProps {
  readonly field: { current: HTMLInputElement | null };
  readonly problem: Problem | undefined;
  readonly busy: boolean;
}

function Passphrase({ field, problem, busy }: PassphraseProps) {
  useEffect(() => {
    if (problem) field.current?.focus();
  }, [problem, field]);
  return (
    <div class="field">
      <label for="passphrase">{t("gate.passphrase")}</label>
      <input
        id="passphrase"
        data-testid="passphrase"
        class={problem ? "input is-error" : "input"}
        ref={field}
        type="password"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        readOnly={busy}
        aria-invalid={problem !== undefined}
        aria-describedby={problem ? "problem" : "passphrase-hint"}
      />
      {problem ? (
        <ProblemLine problem={problem} />
      ) : (
        <p class="hint" id="passphrase-hint">
          {t("gate.passphrase.hint")}
        </p>
      )}
    </div>
  );
}

function ProblemLine({ problem }: { readonly problem: Problem }) {
  return (
    <p class="problem" id="problem" role="alert" data-testid="error" data-code={problem.code}>
      <Icon name="warn" />
      <span>{t(`problem.${problem.code}`)}</span>
    </p>
  );
}

interface ButtonsProps {
  readonly busy: Busy | undefined;
  readonly until: number | undefined;
  readonly cancel: () => void;
}

function Buttons({ busy, until, cancel }: ButtonsProps) {
  const wait = useCountdown(until);
  if (busy)
    return (
      <div class="busy">
        <p class="small" role="status">
          {busyWords(busy)}
        </p>
        <progress max="1" {...(busy.done === undefined ? {} : { value: busy.done })} aria-label={t("view.opening")} />
        <button type="button" class="btn wide" onClick={cancel}>
          {t("cancel")}
        </button>
      </div>
    );
  return (
    <button type="submit" class="btn primary big wide" data-testid="open" disabled={wait > 0}>
      {wait > 0 ? t("gate.wait", { n: wait }) : t("gate.open")}
    </button>
  );
}

function busyWords({ step, done }: Busy): string {
  switch (step) {
    case "asking":
      return t("gate.asking");
    case "stretching":
      return t("gate.stretching", { percent: percentWords(done ?? 0) });
    case "taking":
      return t("gate.taking");
    case "opening":
      return t("gate.unsealing");
    default:
      return step satisfies never;
  }
}
