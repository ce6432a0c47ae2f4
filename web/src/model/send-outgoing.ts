// A photo on its way out: what the pack worker is told of it, and what it weighs.

import { faultOf } from "../engine/fault.ts";
import type { Coded, ShareRules, Stripped } from "../engine/protocol.ts";
import { type Photo, type Prepare, wordsOf } from "./send-prepare.ts";
import type { Load } from "./send-progress.ts";
import type { RuleFields } from "./send-rules.ts";
import type { Outgoing } from "./send-run.ts";

/** What a photo that leaves needs of the model. */
export interface Leaving {
  readonly prepare: Prepare;
  readonly further: (stripped: Stripped, signal: AbortSignal) => Promise<readonly Coded[]>;
  /** Caption and credit go along. */
  readonly keepWords: () => boolean;
  /** Resolves after the next change of what is prepared. */
  readonly change: () => Promise<void>;
  readonly signal: AbortSignal;
}

/** A photo whose preparing may still be under way. Its words are those at the time of sending. */
export function outgoing(leaving: Leaving, photo: Photo): Outgoing {
  const { prepare, further, keepWords, change, signal } = leaving;
  const { key, alt, decorative } = photo;
  const now = () => prepare.photos.find((candidate) => candidate.key === key);
  const kept = () => (keepWords() ? wordsOf(now() ?? photo) : { caption: "", credit: "" });
  const untilNow = async <Value>(look: (photo: Photo) => Value | undefined): Promise<Value | undefined> => {
    for (;;) {
      signal.throwIfAborted();
      const there = now();
      if (!there) return undefined;
      if (prepare.problem) throw faultOf({ code: prepare.problem });
      const found = look(there);
      if (found !== undefined) return found;
      await change();
    }
  };
  return {
    words: () => ({ alt: decorative ? "" : alt.trim(), decorative, ...kept() }),
    further: ({ stripped }, until) => further(stripped, until),
    decoded: () =>
      untilNow(({ work }) => {
        if (work.kind === "ready") return null;
        return work.kind === "stripped" && work.decoded ? work.stripped : undefined;
      }),
    ready: () => untilNow(({ work }) => (work.kind === "ready" ? work : undefined)),
  };
}

/** What the engine is told. */
export function rulesOf(fields: RuleFields, lifetime: number, views: number): ShareRules {
  const { title, passphrase, named, recipients, askFirst, log, pixelsOnly, keepCaption } = fields;
  return {
    title: title.trim(),
    lifetime,
    views,
    passphrase,
    recipients: named ? recipients.map(({ text }) => text) : [],
    askFirst,
    log,
    pixelsOnly,
    keepCaption,
  };
}

/** What a photo weighs, before its bytes are sealed. */
export function loadOf({ file, work }: Photo): Load {
  const bytes =
    work.kind === "ready"
      ? work.variants.reduce((sum, variant) => sum + variant.blob.size, work.stripped.blob.size)
      : file.size;
  return { stripped: "stripped" in work, encoded: work.kind === "ready", bytes, spans: [] };
}
