// Sizes and times in the words of the user's language.
import { locale, t } from "../lib/words.ts";

const units = ["", "kB", "MB", "GB"] as const;

/** What rounding makes a thousand of is one of the next unit. */
const nearlyNext = 1.0005;

/**
 * "7.8 MB", in powers of ten as file managers count. Without Intl, which takes 20 ms to begin, before the first photo; so
 * every language has to write these units so (a test compares).
 */
export function sizeWords(bytes: number): string {
  const step = bytes < 1000 ? 0 : Math.min(3, Math.floor(Math.log10(bytes * nearlyNext) / 3));
  if (step === 0) return `${bytes}\u00a0${t("unit.byte")}`;
  const [whole, tenths] = (bytes / 1000 ** step).toFixed(step < 2 ? 0 : 1).split(".");
  return `${whole}${tenths && tenths !== "0" ? t("unit.point") + tenths : ""}\u00a0${units[step]}`;
}

export function percentWords(part: number): string {
  return new Intl.NumberFormat(locale(), { style: "percent" }).format(Math.min(1, Math.max(0, part)));
}

/** The last moment that a calendar knows (ECMA-262, time values); a statement may name a later one. */
const lastMoment = 8.64e15;

/** "today, 18:00" or "Wed 2 Dec, 10:14". */
export function whenWords(moment: number, now: number): string {
  const ms = Math.min(moment, lastMoment);
  const day = new Intl.DateTimeFormat(locale(), { dateStyle: "short" });
  const time = new Intl.DateTimeFormat(locale(), { timeStyle: "short" }).format(ms);
  if (day.format(ms) === day.format(now)) return t("time.today", { time });
  const format = { weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit" } as const;
  return new Intl.DateTimeFormat(locale(), format).format(ms);
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** "in 3 hours". */
export function leftWords(ms: number): string {
  const format = new Intl.RelativeTimeFormat(locale(), { numeric: "always" });
  if (ms >= 2 * day) return format.format(Math.floor(ms / day), "day");
  if (ms >= 2 * hour) return format.format(Math.floor(ms / hour), "hour");
  return format.format(Math.max(1, Math.floor(ms / minute)), "minute");
}
