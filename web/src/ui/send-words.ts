// Numbers and times in the reader's language, and the words for codes.
import type { FaultCode } from "../engine/fault.ts";
import type { Finding } from "../engine/photo.ts";
import { locale, t } from "../lib/words.ts";
import { unitsOf } from "../model/send-rules.ts";

/** The language of the page as this reader's region writes it. */
const region = () => navigator.languages.find((tag) => tag.startsWith(locale())) ?? locale();

const scales = [
  [1e9, "gigabyte"],
  [1e6, "megabyte"],
  [1, "kilobyte"],
] as const;

function scaled(n: number, scale: number, style: Intl.NumberFormatOptions): string {
  const value = n / Math.max(scale, 1e3);
  return new Intl.NumberFormat(region(), { ...style, maximumFractionDigits: value >= 100 ? 0 : 1 }).format(value);
}

const scaleOf = (n: number) => scales.find(([size]) => n >= size) ?? scales[2];

/** 22.4 MB. */
export function bytes(n: number): string {
  const [scale, unit] = scaleOf(n);
  return scaled(n, scale, { style: "unit", unit });
}

/** 13.4 of 24.9 MB. */
export function bytesOf(done: number, all: number): string {
  return t("strip.of", { done: scaled(done, scaleOf(all)[0], {}), all: bytes(all) });
}

/** 7 days. */
export function lifetime(ms: number): string {
  const { n, unit } = unitsOf(ms);
  return t(`lasts.${unit}`, { n });
}

/** Wednesday 2 December, 10:14. */
export function moment(ms: number): string {
  return new Intl.DateTimeFormat(region(), {
    weekday: "long",
    day: "numeric",
    month: "long",
    hour: "2-digit",
    minute: "2-digit",
  }).format(ms);
}

export function percent(share: number): string {
  return new Intl.NumberFormat(region(), { style: "percent" }).format(Math.floor(100 * share) / 100);
}

/** 12 s, or 3 min. */
export function duration(seconds: number): string {
  const [n, unit] = seconds < 90 ? [seconds, "second"] : [Math.round(seconds / 60), "minute"];
  return new Intl.NumberFormat(region(), { style: "unit", unit: unit as string, unitDisplay: "short" }).format(
    n as number,
  );
}

export function opensTimes(views: number): string {
  return views === 0 ? t("rule.always") : t("rule.times", { n: views });
}

/** Findings that have a name in the catalogue, for when they have no value. */
const namedFindings = [
  "thumbnail",
  "second-picture",
  "multi-picture",
  "further-pictures-named",
  "motion-photo",
  "hidden-frame",
  "maker-note",
  "edit-history",
  "photoshop",
  "xmp",
  "png-text",
  "raw-profile",
  "c2pa",
  "colour-profile",
  "broken-profile",
  "colour-under-transparency",
  "junk",
  "slack",
  "coded-junk",
  "unused-table",
  "unknown-segment",
  "trailer",
  "gps-position",
  "exif",
  "flashpix",
  "application",
  "chunk",
  "unused-palette",
  "ducky",
  "prompt",
] as const;

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
