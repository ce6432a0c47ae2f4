// Numbers and times in the reader's language, and the words for codes.
import type { FaultCode } from "../engine/fault.ts";
import type { Finding } from "../engine/photo.ts";
import { locale, t } from "../lib/words.ts";
import { unitsOf } from "../model/send-rules.ts";

/** 22.4 MB. */
export function bytes(n: number): string {
  const [value, unit] =
    n < 1e3 ? [n, "byte"] : n < 1e6 ? [n / 1e3, "kilobyte"] : n < 1e9 ? [n / 1e6, "megabyte"] : [n / 1e9, "gigabyte"];
  const digits = unit === "byte" || value >= 100 ? 0 : 1;
  return new Intl.NumberFormat(locale(), { style: "unit", unit: unit as string, maximumFractionDigits: digits }).format(
    value,
  );
}

/** 7 days. */
export function lifetime(ms: number): string {
  const { n, unit } = unitsOf(ms);
  return t(`time.${unit}`, { n });
}

/** Wednesday 2 December, 10:14. */
export function moment(ms: number): string {
  return new Intl.DateTimeFormat(locale(), {
    weekday: "long",
    day: "numeric",
    month: "long",
    hour: "2-digit",
    minute: "2-digit",
  }).format(ms);
}

export function percent(share: number): string {
  return new Intl.NumberFormat(locale(), { style: "percent" }).format(Math.floor(100 * share) / 100);
}

/** 12 s, or 3 min. */
export function duration(seconds: number): string {
  const [n, unit] = seconds < 90 ? [seconds, "second"] : [Math.round(seconds / 60), "minute"];
  return new Intl.NumberFormat(locale(), { style: "unit", unit: unit as string, unitDisplay: "short" }).format(
    n as number,
  );
}

export function opensTimes(views: number): string {
  return views === 0 ? t("rule.always") : t("rule.times", { n: views });
}

/** Findings that have a name in the catalogue, for when they have no value. */
const namedFindings = ["gps-position", "thumbnail"] as const;

/** What a finding says, or what it is when it has nothing to say; of a hidden picture also how large it is. */
export function findingWords({ code, value, width, height }: Finding): string {
  const what = value || named(code);
  return width && height ? t("found.picture", { what, width, height }) : what;
}

function named(code: string): string {
  const known = namedFindings.find((candidate) => candidate === code);
  return known ? t(`found.${known}`) : code.replaceAll("-", " ");
}

/** Codes of files that are left out. */
export const leftCodes = ["not-a-photo", "unsupported", "damaged", "empty", "large", "unreadable", "memory"] as const;

export function leftWords(code: FaultCode, name: string): string {
  const known = leftCodes.find((candidate) => candidate === code) ?? "damaged";
  return t(`left.${known}`, { name });
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
