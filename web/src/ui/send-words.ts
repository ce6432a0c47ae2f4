// Numbers and times in the reader's language, and the words for codes.
import { locale, t } from "../lib/words.ts";
import { unitsOf } from "../model/send-rules.ts";

/** The language of the page as this reader's region writes it. Asking the browser for its list is slow. */
const region = () => {
  if (spoken?.language !== locale())
    spoken = {
      language: locale(),
      region: navigator.languages.find((tag) => tag.startsWith(locale())) ?? locale(),
    };
  return spoken.region;
};
let spoken: { readonly language: string; readonly region: string } | undefined;

const scales = [
  [1e9, "gigabyte"],
  [1e6, "megabyte"],
  [1, "kilobyte"],
] as const;

const formats = new Map<string, Intl.NumberFormat>();
const moments = new Map<string, Intl.DateTimeFormat>();

/** Making a format takes longer than all that is drawn with it. */
function formatOf(style: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${region()} ${JSON.stringify(style)}`;
  const format = formats.get(key) ?? new Intl.NumberFormat(region(), style);
  formats.set(key, format);
  return format;
}

/** What the first photos will be described with, a little at a time, while nobody waits. */
export const practice: readonly (() => void)[] = [
  () => moment(0),
  ...scales.map(
    ([size]) =>
      () =>
        bytes(size * 1.5),
  ),
  () => bytes(1e8),
];

function scaled(n: number, scale: number, style: Intl.NumberFormatOptions): string {
  const value = n / Math.max(scale, 1e3);
  return formatOf({ ...style, maximumFractionDigits: value >= 100 ? 0 : 1 }).format(value);
}

const scaleOf = (n: number) => scales.find(([size]) => n >= size) ?? scales[2];

/** 22.4 MB. */
export function bytes(n: number): string {
  if (n < 1000) return formatOf({ style: "unit", unit: "byte", unitDisplay: "long" }).format(n);
  const [scale, unit] = scaleOf(n);
  return scaled(n, scale, { style: "unit", unit });
}

/** 13.4 of 24.9 MB. */
export function bytesOf(done: number, all: number): string {
  return t("strip.of", { done: scaled(done, scaleOf(all)[0], {}), all: bytes(all) });
}

/** 7 days, or 3 days 4 hours 12 minutes. */
export function lifetime(ms: number): string {
  return unitsOf(ms)
    .map(({ n, unit }) => t(`lasts.${unit}`, { n }))
    .join(" ");
}

/** 10 min, or 7 days: for buttons. */
export function briefLifetime(ms: number): string {
  return unitsOf(ms)
    .map(({ n, unit }) => t(`brief.${unit}`, { n }))
    .join(" ");
}

/** What datetime-local takes: the time of this device without a zone. */
export function localTime(ms: number): string {
  const zone = new Date(ms).getTimezoneOffset() * 60_000;
  return new Date(ms - zone).toISOString().slice(0, 16);
}

const momentStyle = {
  weekday: "long",
  day: "numeric",
  month: "long",
  hour: "2-digit",
  minute: "2-digit",
} as const;

/** Wednesday 2 December, 10:14. */
export function moment(ms: number): string {
  const format = moments.get(region()) ?? new Intl.DateTimeFormat(region(), momentStyle);
  moments.set(region(), format);
  return format.format(ms);
}

export function percent(share: number): string {
  return formatOf({ style: "percent" }).format(Math.floor(100 * share) / 100);
}

/** 12 s, or 3 min. */
export function duration(seconds: number): string {
  const [n, unit] = seconds < 90 ? [seconds, "second"] : [Math.round(seconds / 60), "minute"];
  return formatOf({ style: "unit", unit: unit as string, unitDisplay: "short" }).format(n as number);
}

export function opensTimes(views: number): string {
  return views === 0 ? t("rule.always") : t("rule.times", { n: views });
}

/** Codes that stop everything, with a head and a sentence each, and whether trying again may help. */
export const stops = {
  "no-wasm": "nothing",
  "no-canvas": "nothing",
  poisoned: "retry",
  updated: "reload",
  memory: "retry",
  away: "retry",
  later: "retry",
  full: "retry",
  token: "token",
  "too-much": "back",
  refused: "back",
  gone: "back",
  nothing: "back",
  reply: "back",
  internal: "back",
} as const;
export type StopCode = keyof typeof stops;
export type StopAction = (typeof stops)[StopCode];

export function stopOf(code: string): StopCode {
  return code in stops ? (code as StopCode) : "internal";
}
