// What a late script gets from the page: it carries its own copy of what it imports, and words, classes and sizes in a
// language are the page's.
import type { Bytes } from "../format/bytes.ts";
import type { Catalogue, t } from "../lib/words.ts";
import type { Opened } from "../model/view-state.ts";
import type { Viewing } from "../model/viewing.ts";
import type { SlideProblem } from "./pictures.ts";
import type { Place } from "./place.ts";

export interface PageParts {
  readonly t: typeof t;
  readonly addWords: (catalogue: Catalogue) => void;
  readonly sizeWords: (bytes: number) => string;
  readonly problemOf: (error: unknown) => SlideProblem;
  /** Runs a reader of one's own against the open share. */
  readonly reading: Viewing["reading"];
  readonly place: Place;
}

export interface SlideParts extends PageParts {
  readonly share: Opened;
}

export interface MoreProps extends SlideParts {
  /** The photo that is on the screen. */
  readonly current: number;
  /** Remembers another one; the room shows it once it is seen again. */
  readonly go: (i: number) => void;
}

/** What is open over the room. */
export interface More {
  /** A later revision of the share. */
  update(share: Opened): void;
  close(): void;
}

/** Puts a late script's styles in force, once. */
export function addStyles(css: string, { root }: Pick<Place, "root">): void {
  if (root.adoptedStyleSheets.some((sheet) => known.get(sheet) === css)) return;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  known.set(sheet, css);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}

const known = new WeakMap<CSSStyleSheet, string>();

/** Bytes as a picture; the address has to be revoked. */
export const pictureUrl = (bytes: Bytes, type: string): string => URL.createObjectURL(new Blob([bytes], { type }));
