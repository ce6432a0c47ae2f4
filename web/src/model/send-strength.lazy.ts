// How many guesses a passphrase withstands. Loaded when somebody types one: its dictionaries are larger than the page.
import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import * as common from "@zxcvbn-ts/language-common";
import * as en from "@zxcvbn-ts/language-en";
import type { Strength } from "./send-state.ts";

const meter = new ZxcvbnFactory({
  dictionary: { ...common.dictionary, ...en.dictionary },
  graphs: common.adjacencyGraphs,
  useLevenshteinDistance: true,
});

/** Warnings are the meter's keys; the catalogues have words for them. */
export function strength(passphrase: string): Strength {
  const { guesses, feedback } = meter.check(passphrase.normalize("NFC"));
  return { guesses, warning: feedback.warning ?? "" };
}

export const guesses = (passphrase: string): number => strength(passphrase).guesses;
