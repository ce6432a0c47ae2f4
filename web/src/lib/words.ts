// Every word of the interface. English comes with the page, other languages are one late chunk each (locales/*.lazy.ts).
// A key that a language lacks shows in English; a test keeps the catalogues level.
import type access from "../../locales/en/access.json";
import type common from "../../locales/en/common.json";
import type gallery from "../../locales/en/gallery.json";
import type inspect from "../../locales/en/inspect.json";
import type manage from "../../locales/en/manage.json";
import type panorama from "../../locales/en/panorama.json";
import type request from "../../locales/en/request.json";
import type seen from "../../locales/en/seen.json";
import type send from "../../locales/en/send.json";
import type slide from "../../locales/en/slide.json";
import type view from "../../locales/en/view.json";
import type fail from "../../locales/en/view-fail.json";
import type rules from "../../locales/en/view-rules.json";
import { lazy } from "./lazy.ts";

export type Key =
  | keyof typeof common
  | keyof typeof send
  | keyof typeof view
  | keyof typeof fail
  | keyof typeof rules
  | keyof typeof request
  | keyof typeof manage
  | keyof typeof inspect
  | keyof typeof slide
  | keyof typeof panorama
  | keyof typeof access
  | keyof typeof seen
  | keyof typeof gallery;
export type Phrase = string | { readonly [category: string]: string };
export type Catalogue = { readonly [key: string]: Phrase };
export type Params = { readonly [name: string]: string | number };

/** Languages besides English; each has locales/words-{tag}.lazy.ts. */
const others = ["de"];

let language = "en";
let words: Catalogue = {};

/** Adds a page's English catalogue. */
export function addWords(catalogue: Catalogue): void {
  words = { ...catalogue, ...words };
}

/** Switches to the first language of the browser that has a catalogue. Never fails: English stays. */
export async function loadLanguage(wanted: readonly string[] = navigator.languages): Promise<void> {
  const tags = wanted.map((tag) => tag.toLowerCase().split("-")[0] ?? "");
  const tag = tags.find((candidate) => candidate === "en" || others.includes(candidate)) ?? "en";
  if (tag !== "en") {
    try {
      const { default: late } = await lazy<{ default: Catalogue }>(`words-${tag}`);
      words = { ...words, ...late };
      language = tag;
      numbers = plurals = undefined;
    } catch {
      // The page is usable in English; a chunk that is gone announces itself when something else is loaded.
    }
  }
  document.documentElement.lang = language;
}

/** The tag in use, for Intl. */
export function locale(): string {
  return language;
}

/** Made once for a language: making them takes longer than everything that is drawn with them. */
let numbers: Intl.NumberFormat | undefined;
let plurals: Intl.PluralRules | undefined;

/** The phrase for key, in the user's language. {name} is replaced; {n} chooses the plural form and is formatted. */
export function t(key: Key, params: Params = {}): string {
  const phrase = words[key] ?? key;
  const text = typeof phrase === "string" ? phrase : (phrase[plural(params["n"])] ?? phrase["other"] ?? key);
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    if (typeof value === "string" || isSmall(value)) return `${value}`;
    numbers ??= new Intl.NumberFormat(language);
    return numbers.format(value);
  });
}

/** What every language there is writes alike, and counts as English does: Intl takes 15 ms to begin, before the first photo. */
const isSmall = (n: number): boolean => Number.isInteger(n) && n >= 0 && n < 1000;

function plural(n: string | number | undefined): string {
  if (typeof n !== "number") return "other";
  if (isSmall(n)) return n === 1 ? "one" : "other";
  plurals ??= new Intl.PluralRules(language);
  return plurals.select(n);
}
