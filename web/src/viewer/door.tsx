// At the door of a share whose sender lets people in one by one: waiting for an answer, then three words that both see.
import { useEffect, useRef } from "preact/hooks";
import { t } from "../lib/words.ts";
import type { Gate, Knocking } from "../model/view-state.ts";
import { Frame } from "../ui/frame.tsx";
import { whenWords } from "./amounts.ts";
import { useTitle } from "./message.tsx";

export interface DoorProps {
  readonly gate: Gate;
  readonly knocking: Knocking;
  readonly cancel: () => void;
}

export function DoorPage({ knocking, cancel }: DoorProps) {
  const { step, words, until, slow, away } = knocking;
  const heard = step === "words" && words !== undefined;
  const title = t(heard ? "door.words.title" : "door.waiting.title");
  useTitle(title);
  const head = useRef<HTMLHeadingElement>(null);
  // The button that was pressed is gone, and the words are what a person has to read now.
  useEffect(() => head.current?.focus(), [heard]);
  return (
    <Frame>
      <div class="center">
        <div class="gate">
          <section class="sleeve is-waiting" data-testid="knock" data-state={step}>
            <i class="lamp" aria-hidden="true" />
            <div>
              <h1 ref={head} tabIndex={-1}>
                {title}
              </h1>
              <p class="quiet small">{t(heard ? "door.words.body" : "door.waiting.body")}</p>
            </div>
            {heard ? <ThreeWords words={words} /> : <progress class="waits" aria-label={title} />}
            <p class="small" role="status">
              {away ? t("door.away") : heard ? t("door.words.next") : slow ? t("door.slow") : t("door.waiting.next")}
            </p>
            <button type="button" class="btn wide" data-testid="cancel" onClick={cancel}>
              {t("door.cancel")}
            </button>
          </section>
          {until === undefined ? null : (
            <p class="caption aside">{t("door.until", { when: whenWords(until, Date.now()) })}</p>
          )}
        </div>
      </div>
    </Frame>
  );
}

function ThreeWords({ words }: { readonly words: readonly string[] }) {
  return (
    <p class="words" data-testid="words" lang="en">
      {words.map((word, i) => (
        <span key={i}>{word} </span>
      ))}
    </p>
  );
}
