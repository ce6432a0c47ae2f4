// The access log: a line of time, a list with local times, and both kinds of file. Off, it says what it would record.
import { useEffect, useState } from "preact/hooks";
import type { LogEvent } from "../format/access-log.ts";
import { t } from "../lib/words.ts";
import { csvOf, jsonOf, type LogReader, type LogState } from "../model/manage-log.ts";
import type { Managed } from "../model/manage-state.ts";
import { whenWords } from "../viewer/amounts.ts";
import { useModel } from "../viewer/use-model.ts";
import { Confirm } from "./confirm.tsx";
import { saveText } from "./download.ts";
import { Icon, type IconName } from "./icon.tsx";
import { Said, type SaidProps } from "./manage-said.tsx";
import { Timeline } from "./timeline.tsx";

interface Props {
  readonly share: Managed;
  readonly reader: LogReader | undefined;
  readonly busy: boolean;
  readonly said: SaidProps;
  readonly setLog: (on: boolean) => void;
  /** Looks again at what is counted: the numbers of the entries follow from it. */
  readonly look: () => Promise<void>;
}

export function LogPanel({ share, reader, busy, said, setLog, look }: Props) {
  return (
    <section class="panel" data-testid="log" aria-labelledby="log-title">
      <h2 id="log-title">{t("log.title")}</h2>
      <Said {...said} />
      {reader ? <Log reader={reader} share={share} look={look} /> : <p class="small quiet">{t("log.off")}</p>}
      <p class="caption">{t("log.promise")}</p>
      {reader ? (
        <Confirm
          label={t("log.stop")}
          title={t("log.stop.ask")}
          body={t("log.stop.sure")}
          yes={t("log.stop.yes")}
          testId="log-off"
          disabled={busy}
          onYes={() => setLog(false)}
        />
      ) : (
        <button type="button" class="btn start" data-testid="log-on" disabled={busy} onClick={() => setLog(true)}>
          {t("log.start")}
        </button>
      )}
    </section>
  );
}

interface LogProps extends Pick<Props, "share" | "look"> {
  readonly reader: LogReader;
}

function Log({ reader, share, look }: LogProps) {
  const state = useModel<LogState>(reader);
  switch (state.at) {
    case "reading":
      return (
        <p class="small quiet" role="status">
          {t("log.reading")}
        </p>
      );
    case "failed":
      return (
        <p class="problem" role="alert">
          <Icon name="warn" />
          <span>{t("log.failed")}</span>
        </p>
      );
    case "read":
      return <Entries {...state} share={share} reader={reader} look={look} />;
    default:
      return state satisfies never;
  }
}

type Read = Extract<LogState, { at: "read" }>;

function Entries({ share, reader, look, ...log }: Read & LogProps) {
  const { events, dropped, broken } = log;
  const now = useNow();
  const from = share.statement.created - share.skew;
  const to = share.statement.expires - share.skew;
  const times = (test: (event: LogEvent) => boolean) => events.filter(test).map(({ at }) => at);
  return (
    <>
      <Timeline
        span={{ from, to }}
        now={now}
        opened={times(({ kind }) => kind === "opened" || kind === "taken")}
        refused={times(({ wrong }) => wrong === true)}
        knocked={times(({ kind }) => kind === "knocked")}
      />
      {broken > 0 ? <p class="problem">{t("log.broken", { n: broken })}</p> : null}
      <Table events={events} share={share} now={now} from={from} />
      {dropped > 0 ? <p class="caption">{t("log.dropped", { n: dropped })}</p> : null}
      <div class="actions">
        <button
          type="button"
          class="btn"
          data-testid="log-refresh"
          onClick={() => void Promise.all([look(), reader.read()])}
        >
          {t("log.refresh")}
        </button>
        <button
          type="button"
          class="btn"
          data-testid="log-csv"
          disabled={events.length === 0}
          onClick={() => saveText("safelight-log.csv", "text/csv", csvOf(log))}
        >
          <Icon name="down" />
          {t("log.csv")}
        </button>
        <button
          type="button"
          class="btn"
          data-testid="log-json"
          disabled={events.length === 0}
          onClick={() => saveText("safelight-log.json", "application/json", jsonOf(log))}
        >
          <Icon name="down" />
          {t("log.json")}
        </button>
      </div>
    </>
  );
}

function useNow(): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

interface TableProps {
  readonly events: readonly LogEvent[];
  readonly share: Managed;
  readonly now: number;
  readonly from: number;
}

/** Entries shown at once; the others come when asked for. */
const page = 20;

/** The latest first. A guess that was right is told by the opening that follows it. */
function Table({ events, share, now, from }: TableProps) {
  const [most, setMost] = useState(page);
  const rows = rowsOf(events, share).toReversed();
  return (
    <div class="logbox">
      <table class="log">
        <thead>
          <tr>
            <th scope="col">{t("log.when")}</th>
            <th scope="col">{t("log.what")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, most).map((row, i) => (
            <Row key={i} {...row} now={now} />
          ))}
          {rows.length <= most ? <Row at={from} what={t("log.sent")} icon="check" event="sent" now={now} /> : null}
        </tbody>
      </table>
      {rows.length > most ? (
        <button type="button" class="btn start" onClick={() => setMost(most + 5 * page)}>
          {t("log.more", { n: rows.length - most })}
        </button>
      ) : null}
    </div>
  );
}

interface Entry {
  readonly at: number;
  readonly what: string;
  readonly icon: IconName;
  readonly event: string;
}

function Row({ at, what, icon, event, now }: Entry & { readonly now: number }) {
  return (
    <tr data-testid="log-entry" data-event={event}>
      <td>
        <time dateTime={new Date(at).toISOString()}>{whenWords(at, now)}</time>
      </td>
      <td>
        <span class="ev">
          <Icon name={icon} />
          {what}
        </span>
      </td>
    </tr>
  );
}

/** Takes are numbered from the last one, whose number the server counts: the ring may have dropped the first. */
function rowsOf(events: readonly LogEvent[], { taken, statement: { viewLimit } }: Managed): readonly Entry[] {
  let number = taken - events.filter(({ kind }) => kind === "taken").length;
  return events.flatMap((event): readonly Entry[] => {
    const { at, kind } = event;
    switch (kind) {
      case "taken": {
        number++;
        const known = viewLimit > 0 && number > 0;
        const what = known ? t("log.taken", { i: number, n: viewLimit }) : t("log.opened");
        return [{ at, what, icon: "eye", event: "opened" }];
      }
      case "opened":
        return [{ at, what: t("log.opened"), icon: "eye", event: "opened" }];
      case "tried":
        if (event.wrong === false) return [];
        return [{ at, what: t(event.wrong ? "log.wrong" : "log.tried"), icon: "warn", event: "tried" }];
      case "knocked":
        return [{ at, what: t("log.knocked"), icon: "note", event: "knocked" }];
      case "commented":
        return [{ at, what: t("log.commented"), icon: "note", event: "commented" }];
      case "other":
        return [{ at, what: t("log.other"), icon: "info", event: "other" }];
      default:
        return kind satisfies never;
    }
  });
}
