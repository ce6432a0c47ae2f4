// The words for what is found in a file, and for why a file is refused.
import en from "../../locales/en/inspect.json";
import type { Finding } from "../engine/photo.ts";
import { type Key, t } from "../lib/words.ts";

/** Whether the catalogue has the key: codes come from the engine, which may be newer than a word for them. */
const known = (key: string): key is Key & keyof typeof en => key in en;

const spelled = (code: string) => code.replaceAll("-", " ");

/** "Serial number of the camera". */
export function findingName({ code }: Finding): string {
  const key = `name.${code}`;
  return known(key) ? t(key) : spelled(code);
}

/** What a finding is, in the middle of a sentence: "a small preview". */
function inPassing(code: string): string {
  const key = `found.${code}`;
  return known(key) ? t(key) : spelled(code);
}

/** "2 steps, Darkroom 4.2": a number comes without words from the file. */
function counted(code: string, value: string, n: number): string {
  const key = `counted.${code}`;
  if (n === 0 || !known(key)) return value;
  return value ? t("found.counted", { what: t(key, { n }), value }) : t(key, { n });
}

/** What a finding says, or what it is when it has nothing to say; of a hidden picture also how large it is. */
export function findingWords({ code, value, count, width, height }: Finding): string {
  const what = counted(code, value, count ?? 0) || inPassing(code);
  return width && height ? t("found.picture", { what, width, height }) : what;
}

/** What a hidden picture shows to who cannot see it: nobody has described it. */
export function pictureWords({ code, width = 0, height = 0 }: Finding): string {
  return t("found.shown", { what: findingName({ group: "hidden", code, value: "" }), width, height });
}

/** Why a file cannot be sent as it is, and what to do about it. */
export function refusalWords(code: string): { readonly why: string; readonly advice: string } {
  const why = `refusal.${code}`;
  const advice = `${why}.do`;
  return known(why) && known(advice)
    ? { why: t(why), advice: t(advice) }
    : { why: t("refusal.damaged"), advice: t("refusal.damaged.do") };
}
