// How many guesses a passphrase withstands. Loaded when somebody types one: its dictionaries are larger than the page.
import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import * as common from "@zxcvbn-ts/language-common";
import * as en from "@zxcvbn-ts/language-en";

const meter = new ZxcvbnFactory({
  dictionary: { ...common.dictionary, ...en.dictionary },
  graphs: common.adjacencyGraphs,
  translations: en.translations,
  useLevenshteinDistance: true,
});

export function guesses(passphrase: string): number {
  return meter.check(passphrase.normalize("NFC")).guesses;
}
