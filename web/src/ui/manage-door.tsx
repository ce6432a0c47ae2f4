// Who is at the door: the three words large, let in or refuse. What is decided stays until its time is over.
import { useEffect } from "preact/hooks";
import { t } from "../lib/words.ts";
import type { Door, DoorState, Knock } from "../model/manage-door.ts";
import { useCountdown, useModel } from "../viewer/use-model.ts";
import { Icon } from "./icon.tsx";

export function DoorPanel({ door }: { readonly door: Door }) {
  const { knocks, reached, busy } = useModel<DoorState>(door);
  const deciding = knocks.filter(({ status }) => status === "decide").length;
  useWaiting(deciding);
  return (
    <section class="panel full door" data-testid="door" aria-labelledby="door-title">
      <div class="stack tight">
        <h2 id="door-title">{t("door.title")}</h2>
        <p class="small quiet">{t(knocks.length > 0 ? "door.compare" : "door.nobody")}</p>
      </div>
      <p class="vh" role="status">
        {deciding > 0 ? t("door.said", { n: deciding }) : ""}
      </p>
      {reached ? null : (
        <p class="problem" role="alert">
          <Icon name="warn" />
          <span>{t("door.unreached")}</span>
        </p>
      )}
      {knocks.length > 0 ? (
        <ol class="knocks">
          {knocks.map((knock) => (
            <Knocking key={knock.key} knock={knock} door={door} busy={busy !== undefined} only={deciding === 1} />
          ))}
        </ol>
      ) : null}
      <p class="caption">{t("door.limits")}</p>
    </section>
  );
}

/** The tab says that somebody waits, for an owner who looks at another one. */
function useWaiting(count: number): void {
  useEffect(() => {
    if (count === 0) return undefined;
    const before = document.title;
    document.title = t("door.tab", { n: count, title: before });
    return () => {
      document.title = before;
    };
  }, [count]);
}

interface KnockingProps {
  readonly knock: Knock;
  readonly door: Door;
  readonly busy: boolean;
  /** Nobody else waits for a decision: of several, none is the one to press. */
  readonly only: boolean;
}

function Knocking({ knock, door, busy, only }: KnockingProps) {
  const { key, status, words, until } = knock;
  const left = useCountdown(until);
  // A slip of the finger lets nobody in: the list moves when somebody else knocks, so the press says whom it means.
  const named = words?.join(" ") ?? "";
  return (
    <li data-testid="knock" data-state={status}>
      {words ? (
        <p class="three" data-testid="words" lang="en">
          {words.map((word, i) => (
            <span key={i}>{word} </span>
          ))}
        </p>
      ) : null}
      <p class="small quiet">{t(`knock.${status}`)}</p>
      {status === "decide" ? (
        <div class="actions">
          <button
            type="button"
            class={only ? "btn primary" : "btn"}
            data-testid="let-in"
            aria-label={`${t("knock.let-in")}: ${named}`}
            disabled={busy}
            onClick={() => void door.letIn(key)}
          >
            {t("knock.let-in")}
          </button>
          <button
            type="button"
            class="btn"
            data-testid="refuse"
            aria-label={`${t("knock.refuse")}: ${named}`}
            disabled={busy}
            onClick={() => void door.refuse(key)}
          >
            {t("knock.refuse")}
          </button>
        </div>
      ) : null}
      {status === "waiting" || status === "decide" ? <p class="caption num">{clock(left)}</p> : null}
    </li>
  );
}

/** "12:05 left". */
function clock(seconds: number): string {
  const rest = String(seconds % 60).padStart(2, "0");
  return t("knock.left", { time: `${Math.floor(seconds / 60)}:${rest}` });
}
