// The gate: what opening costs and who learns of it, the key or passphrase, and the one button that asks for a view.
import { useEffect, useRef } from "preact/hooks";
import { t, type Key as Word } from "../lib/words.ts";
import type { Key } from "../model/opening.ts";
import { type Busy, type Gate, keyProblems, type Problem } from "../model/view-state.ts";
import { Frame } from "../ui/frame.tsx";
import { Icon } from "../ui/icon.tsx";
import { leftWords, percentWords, whenWords } from "./amounts.ts";
import { KeyField } from "./key-field.tsx";
import { useTitle } from "./message.tsx";
import { useCountdown } from "./use-model.ts";

export interface GateProps {
  readonly gate: Gate;
  readonly busy?: Busy | undefined;
  readonly problem?: Problem | undefined;
  readonly press: (given: { readonly passphrase: string; readonly key?: Key }) => void;
  /** Asks the sender to be let in. */
  readonly ask: () => void;
  readonly cancel: () => void;
}

export function GatePage({ gate, busy, problem, press, ask, cancel }: GateProps) {
  const { statement, admitted } = gate;
  const field = useRef<HTMLInputElement>(null);
  const key = useRef<HTMLInputElement>(null);
  const needsPassphrase = statement.suite > 0;
  const needsKey = !admitted && statement.locks.length > 0;
  const asks = !admitted && statement.askFirst === 1;
  const ofKey = problem && needsKey && keyProblems.includes(problem.code) ? problem : undefined;
  const rest = ofKey ? undefined : problem;
  const inField = needsPassphrase && (needsKey || !asks);
  useTitle(t("gate.title"));
  const open = (given?: Key) => {
    if (!busy) press({ passphrase: field.current?.value ?? "", ...(given ? { key: given } : {}) });
  };
  const submit = (event: Event) => {
    event.preventDefault();
    if (asks && !needsKey) return ask();
    if (!needsKey || !key.current) return open();
    const text = key.current.value;
    key.current.value = "";
    open({ kind: "typed", text });
  };
  return (
    <Frame>
      <div class="center">
        <div class="gate">
          <section class="sleeve is-lit">
            <i class="lamp" aria-hidden="true" />
            <div>
              <h1>{t("gate.title")}</h1>
              <p class="quiet small">{t(sealedWords(gate))}</p>
            </div>
            <Terms gate={gate} />
            <form class="form" onSubmit={submit}>
              {needsKey ? (
                <KeyField
                  field={key}
                  problem={ofKey}
                  busy={busy !== undefined}
                  usePasskey={() => open({ kind: "passkey" })}
                />
              ) : null}
              {inField ? <Passphrase field={field} problem={rest} busy={busy !== undefined} /> : null}
              {rest && !inField ? <ProblemLine problem={rest} /> : null}
              <Buttons busy={busy} until={problem?.until} asks={asks && !needsKey} cancel={cancel} />
              {asks && needsKey && !busy ? <AskInstead ask={ask} /> : null}
            </form>
          </section>
          <p class="caption aside">{t("gate.device")}</p>
        </div>
      </div>
    </Frame>
  );
}

/** Who can open it, in a sentence. */
function sealedWords({ statement, admitted }: Gate): Word {
  if (statement.locks.length > 0) return statement.suite > 0 ? "gate.sealed.both" : "gate.sealed.key";
  if (statement.askFirst === 1) return admitted ? "gate.sealed.admitted" : "gate.sealed.ask";
  return statement.suite > 0 ? "gate.sealed.passphrase" : "gate.sealed";
}

function AskInstead({ ask }: { readonly ask: () => void }) {
  return (
    <div class="instead">
      <p class="small quiet">{t("gate.ask.instead")}</p>
      <button type="button" class="btn wide" data-testid="ask" onClick={ask}>
        {t("gate.ask")}
      </button>
    </div>
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
      {statement.logKey.length > 0 ? (
        <li data-testid="logged">
          <Icon name="eye" />
          <span>{t(statement.suite > 0 ? "gate.log.passphrase" : "gate.log")}</span>
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
  /** The button asks the sender instead of opening. */
  readonly asks: boolean;
  readonly cancel: () => void;
}

function Buttons({ busy, until, asks, cancel }: ButtonsProps) {
  const wait = useCountdown(until);
  if (busy)
    return (
      <div class="busy">
        <p class="small" role="status">
          {busyWords(busy)}
        </p>
        <progress max="1" {...(busy.done === undefined ? {} : { value: busy.done })} aria-label={t("view.opening")} />
        {busy.step === "stretching" ? <p class="hint slow">{t("gate.stretching.slow")}</p> : null}
        <button type="button" class="btn wide" onClick={cancel}>
          {t("cancel")}
        </button>
      </div>
    );
  return (
    <button type="submit" class="btn primary big wide" data-testid={asks ? "ask" : "open"} disabled={wait > 0}>
      {wait > 0 ? t("gate.wait", { n: wait }) : t(asks ? "gate.ask" : "gate.open")}
    </button>
  );
}

function busyWords({ step, done }: Busy): string {
  switch (step) {
    case "unlocking":
      return t("gate.unlocking");
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
