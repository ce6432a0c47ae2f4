// The rules of a share as people type them. Field and presets say the same thing; the field holds the value.

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** The shortest share that makes sense to send. */
export const minLifetime = 5 * minute;

/** Presets of the view limit; empty is no limit. */
export const viewPresets = ["1", "5", ""] as const;

/** What stands in the fields. */
export interface RuleFields {
  readonly title: string;
  readonly expires: string;
  readonly views: string;
  readonly passphrase: string;
}

export const firstRules: RuleFields = { title: "", expires: "7d", views: "", passphrase: "" };

export type RuleFault =
  | "expires-form"
  | "expires-short"
  | "expires-long"
  | "views-form"
  | "views-many"
  | "title-long"
  | "passphrase-long"
  | "passphrase-text"
  | "passphrase-weak";

const units: { readonly [letter: string]: number } = { m: minute, h: hour, d: day };

/**
 * Milliseconds of a duration such as 90m, 12h or 7d. Spaces and whatever follows the first letter of the unit are let
 * through ("7 days", "12 Stunden" is h because of the list), since people type them.
 */
export function parseLifetime(text: string): number | undefined {
  const found = /^\s*(\d{1,5})\s*(m|h|d|min|minutes?|hours?|days?|minuten?|std|stunden?|tage?)\s*$/i.exec(text);
  const count = Number(found?.[1]);
  const word = found?.[2]?.toLowerCase() ?? "";
  const unit = units[word.startsWith("st") ? "h" : word.startsWith("t") ? "d" : word.charAt(0)];
  return unit === undefined || count === 0 ? undefined : count * unit;
}

/** The number of views, 0 for no limit. */
export function parseViews(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return 0;
  const views = /^\d{1,6}$/.test(trimmed) ? Number(trimmed) : 0;
  return views >= 1 ? views : undefined;
}

/** A lifetime as it stands in the field. */
export function lifetimeText(lifetime: number): string {
  const { n, unit } = unitsOf(lifetime);
  return `${n}${unit.charAt(0)}`;
}

/** A lifetime in its largest whole unit. */
export function unitsOf(lifetime: number): { readonly n: number; readonly unit: "minutes" | "hours" | "days" } {
  if (lifetime % day === 0) return { n: lifetime / day, unit: "days" };
  if (lifetime % hour === 0) return { n: lifetime / hour, unit: "hours" };
  return { n: Math.round(lifetime / minute), unit: "minutes" };
}

const bytesOf = (text: string) => new TextEncoder().encode(text).length;

/** TextEncoder replaces half a character silently; a passphrase with one would be another than the one typed. */
const halfCharacter = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Fewer guesses than this are refused: the server, or who has stolen its database and a link, could try them all. */
export const fewestGuesses = 1e9;

export interface Bounds {
  /** The longest lifetime, in ms. */
  readonly longest: number;
  readonly views: number;
  /** What the passphrase withstands, as far as that was measured. */
  readonly guesses: number;
}

/** What is wrong in which field. */
export function faultsOf(fields: RuleFields, bounds: Bounds): { readonly [field in keyof RuleFields]?: RuleFault } {
  const faults: { [field in keyof RuleFields]: RuleFault | undefined } = {
    title: bytesOf(fields.title) > 4096 ? "title-long" : undefined,
    expires: expiresFault(parseLifetime(fields.expires), bounds.longest),
    views: viewsFault(parseViews(fields.views), bounds.views),
    passphrase: passphraseFault(fields.passphrase, bounds.guesses),
  };
  return Object.fromEntries(Object.entries(faults).filter(([, fault]) => fault !== undefined));
}

function expiresFault(lifetime: number | undefined, longest: number): RuleFault | undefined {
  if (lifetime === undefined) return "expires-form";
  if (lifetime < minLifetime) return "expires-short";
  return lifetime > longest ? "expires-long" : undefined;
}

function viewsFault(views: number | undefined, most: number): RuleFault | undefined {
  if (views === undefined) return "views-form";
  return views > most ? "views-many" : undefined;
}

function passphraseFault(passphrase: string, guesses: number): RuleFault | undefined {
  if (halfCharacter.test(passphrase)) return "passphrase-text";
  if (bytesOf(passphrase.normalize("NFC")) > 1024) return "passphrase-long";
  return passphrase !== "" && guesses < fewestGuesses ? "passphrase-weak" : undefined;
}
