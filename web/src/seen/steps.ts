// What somebody with the link goes through before the photos, one page after the other.

import { isGated } from "../format/gates.ts";
import type { Statement } from "../format/statement.ts";
import type { Gate, Knocking } from "../model/view-state.ts";

/**
 * gate: before anything was done; door: waiting for the sender; words: comparing them; admitted: the gate once more, for who was let
 * in and has still a passphrase to give or a view to spend.
 */
export type Step = "gate" | "door" | "words" | "admitted" | "photos";

/** As model/viewing.ts goes through them. */
export function stepsOf(statement: Statement): readonly Step[] {
  if (!isGated(statement)) return ["photos"];
  if (statement.askFirst !== 1) return ["gate", "photos"];
  const oncemore = statement.suite > 0 || statement.viewLimit > 0;
  return ["gate", "door", "words", ...(oncemore ? (["admitted"] as const) : []), "photos"];
}

/** The page after this one; the photos come last. */
export const after = (step: Step, steps: readonly Step[]): Step => steps[steps.indexOf(step) + 1] ?? "photos";

/** The one that is shown: where rules are others now, the first. */
export const stepAt = (wanted: Step | undefined, steps: readonly Step[]): Step =>
  wanted && steps.includes(wanted) ? wanted : (steps[0] ?? "photos");

/** So long a request to be let in lives. */
const lifetime = 15 * 60_000;

/** Of the list that real ones are taken from. */
const example = ["garden", "velvet", "window"];

/** What a viewer sees at the door. */
export const knockingAt = (step: "door" | "words", now: number): Knocking => ({
  step: step === "door" ? "waiting" : "words",
  ...(step === "words" ? { words: example } : {}),
  ...{ until: now + lifetime, slow: false, away: false },
});

/** The gate as it is then. */
export const gateAt = (step: Step, gate: Gate): Gate => ({ ...gate, admitted: step === "admitted" });
