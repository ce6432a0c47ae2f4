// The rules of a share as people type them. Field and presets say the same thing; the field holds the value.

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** The shortest share that makes sense to send. */
export const minLifetime = 5 * minute;

/** Presets of the view limit; empty is no limit. */
export const viewPresets = ["1", "5", ""] as const;

/** Somebody who is to open the share with a key of their own. */
export interface Recipient {
  /** age1… or age1pq1…, as pasted. */
  readonly text: string;
  readonly kind: "x25519" | "hybrid";
  /** For comparing by eye. */
  readonly fingerprint: string;
}

/** What stands in the fields. */
export interface RuleFields {
  readonly title: string;
  readonly expires: string;
  readonly views: string;
  readonly passphrase: string;
  /** No original, and new pixels from one setting for everybody. */
  readonly pixelsOnly: boolean;
  /** Caption and credit go along, in the sealed list. */
  readonly keepCaption: boolean;
  /** Only for named people; the list is theirs. */
  readonly named: boolean;
  readonly recipients: readonly Recipient[];
  /** The owner lets each viewer in. */
  readonly askFirst: boolean;
  readonly log: boolean;
  /** The manage link is shown as a code for another device only, and forgotten. */
  readonly borrowed: boolean;
}

export const firstRules: RuleFields = {
  title: "",
  expires: "7d",
  views: "",
  passphrase: "",
  pixelsOnly: false,
  keepCaption: false,
  named: false,
  recipients: [],
  askFirst: false,
  log: false,
  borrowed: false,
};

export type RuleFault =
  | "expires-form"
  | "expires-short"
  | "expires-long"
  | "views-form"
  | "views-many"
  | "title-long"
  | "passphrase-long"
  | "passphrase-text"
  | "passphrase-weak"
  | "recipients-none";

const units: { readonly [letter: string]: number } = { m: minute, h: hour, d: day };

const duration = /^\s*(?:\d{1,6}\s*(?:m|h|d|min|minutes?|hours?|days?|minuten?|std|stunden?|tage?n?)\.?\s*)+$/i;

/**
 * Milliseconds of a duration such as 90m, 12h, 7d or 3d 4h. Units may be written out, in English and German, since people
 * type them ("7 days", "12 Stunden").
 */
export function parseLifetime(text: string): number | undefined {
  if (!duration.test(text)) return undefined;
  const parts = [...text.toLowerCase().matchAll(/(\d+)\s*([a-z]+)/g)];
  const lifetime = parts.reduce((sum, [, count, word]) => sum + Number(count) * unitOf(word ?? ""), 0);
  return lifetime === 0 ? undefined : lifetime;
}

function unitOf(word: string): number {
  if (word.startsWith("st")) return hour;
  return units[word.startsWith("t") ? "d" : word.charAt(0)] ?? 0;
}

/** The number of views, 0 for no limit. */
export function parseViews(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return 0;
  const views = /^\d{1,6}$/.test(trimmed) ? Number(trimmed) : 0;
  return views >= 1 ? views : undefined;
}

/** A lifetime as it stands in the field: 7d, or 3d 4h 12m. */
export function lifetimeText(lifetime: number): string {
  return unitsOf(lifetime)
    .map(({ n, unit }) => `${n}${unit.charAt(0)}`)
    .join(" ");
}

export interface Units {
  readonly n: number;
  readonly unit: "minutes" | "hours" | "days";
}

/** A lifetime in whole units, the largest first. */
export function unitsOf(lifetime: number): readonly Units[] {
  const minutes = Math.max(1, Math.round(lifetime / minute));
  const parts: readonly Units[] = [
    { n: Math.floor(minutes / 1440), unit: "days" },
    { n: Math.floor(minutes / 60) % 24, unit: "hours" },
    { n: minutes % 60, unit: "minutes" },
  ];
  return parts.filter(({ n }) => n > 0);
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

export type Faults = { readonly [field in "title" | "expires" | "views" | "passphrase" | "recipients"]?: RuleFault };

/** What is wrong in which field. */
export function faultsOf(fields: RuleFields, bounds: Bounds): Faults {
  const faults: { [field in keyof Faults]-?: RuleFault | undefined } = {
    title: bytesOf(fields.title) > 4096 ? "title-long" : undefined,
    expires: expiresFault(parseLifetime(fields.expires), bounds.longest),
    views: viewsFault(parseViews(fields.views), bounds.views),
    passphrase: passphraseFault(fields.passphrase, bounds.guesses),
    recipients: fields.named && fields.recipients.length === 0 ? "recipients-none" : undefined,
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
