// Reads the recipients that somebody pastes. Loaded when somebody does: the parser comes with all of age.
import { sha256 } from "@noble/hashes/sha2.js";
import { recipientKind } from "../format/age-keys.ts";
import type { Recipient } from "./send-rules.ts";

/** Why a line is no recipient that the page can seal to. */
export type RecipientFault = "secret" | "ssh" | "plugin" | "form";

export interface Read {
  readonly found: readonly Recipient[];
  readonly fault?: RecipientFault;
}

/** Every line that is not empty and not a comment, as age's recipient files have it. The first fault ends it. */
export function readRecipients(text: string): Read {
  const found: Recipient[] = [];
  const lines = text.split(/[\r\n]+/).map((line) => line.trim());
  for (const line of lines.filter((l) => l !== "" && !l.startsWith("#"))) {
    const recipient = readOne(line);
    if (typeof recipient === "string") return { found, fault: recipient };
    if (!found.some((other) => other.text === recipient.text)) found.push(recipient);
  }
  return { found };
}

function readOne(line: string): Recipient | RecipientFault {
  if (/^age-secret-key-/i.test(line)) return "secret";
  if (/^(ssh|ecdsa|sk-ssh)-/.test(line)) return "ssh";
  // The letters of a key hold no 1; what has another one names a plugin.
  if (/^age1(?!pq1)[a-z0-9]+1/i.test(line)) return "plugin";
  const text = line.toLowerCase();
  try {
    return { text, kind: recipientKind(text) === "hybrid" ? "hybrid" : "x25519", fingerprint: fingerprint(text) };
  } catch {
    return "form";
  }
}

/** The first 64 bits of SHA-256 over the text, in groups that can be read out. */
function fingerprint(text: string): string {
  const digest = sha256(new TextEncoder().encode(text));
  const hex = [...digest.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{4})(?=.)/g, "$1 ");
}
