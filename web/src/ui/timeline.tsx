// When a share was opened, on one line from sending to expiry. The list beside it says the same in words.
import { locale, t } from "../lib/words.ts";
import { marks, place, type Span, ticks } from "../model/timeline.ts";

const width = 560;
const edge = 10;
const x = (share: number) => edge + share * (width - 2 * edge);
const day = 86_400_000;

interface Props {
  readonly span: Span;
  readonly now: number;
  /** Moments, in ms. */
  readonly opened: readonly number[];
  readonly refused: readonly number[];
  readonly knocked: readonly number[];
}

export function Timeline({ span, now, opened, refused, knocked }: Props) {
  const { step, ticks: scale } = ticks(span);
  const past = x(place(now, span));
  return (
    <div class="timeline">
      <svg viewBox={`0 0 ${width} 88`} role="img" aria-label={inWords({ span, opened, refused, knocked })}>
        <path class="ahead" d={`M${past} 46H${width - edge}`} />
        <path class="gone" d={`M${edge} 46H${past}`} />
        {scale.map(({ at, place: share }, i) => (
          <g key={at} class={i % 2 === 1 ? "alt" : ""}>
            <path class="tick" d={`M${x(share)} 54v6`} />
            <text x={x(share)} y="78" text-anchor={anchor(share)}>
              {tickWords(at, step)}
            </text>
          </g>
        ))}
        {marks(knocked, span).map((mark) => (
          <circle key={mark.place} class="knocked" cx={x(mark.place)} cy="24" r="4.5" />
        ))}
        {marks(refused, span).map((mark) => (
          <path key={mark.place} class="refused" d={`M${x(mark.place) - 5} 19l10 10m0-10-10 10`} />
        ))}
        {marks(opened, span).map((mark) => (
          <circle key={mark.place} class="opened" cx={x(mark.place)} cy="46" r={mark.count > 1 ? 10 : 8} />
        ))}
      </svg>
    </div>
  );
}

/** Words at the ends stay inside. */
const anchor = (share: number) => (share < 0.04 ? "start" : share > 0.96 ? "end" : "middle");

function tickWords(at: number, step: number): string {
  const style: Intl.DateTimeFormatOptions =
    step < day
      ? { hour: "numeric", minute: "2-digit" }
      : step === day
        ? { weekday: "short" }
        : { day: "numeric", month: "short" };
  return new Intl.DateTimeFormat(locale(), style).format(at);
}

/** The whole line as one sentence. */
function inWords({ span, opened, refused, knocked }: Omit<Props, "now">): string {
  const date = new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" });
  const parts = [t("timeline.span", { from: date.format(span.from), to: date.format(span.to) })];
  const last = opened.at(-1);
  parts.push(
    last === undefined ? t("timeline.never") : t("timeline.opened", { n: opened.length, last: date.format(last) }),
  );
  if (refused.length > 0) parts.push(t("timeline.refused", { n: refused.length }));
  if (knocked.length > 0) parts.push(t("timeline.knocked", { n: knocked.length }));
  return parts.join(" ");
}
