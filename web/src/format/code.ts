// The codes that stand behind # in links: kind, body and check in 50 characters of base58. FORMAT.md, "Link codes".
import { type Bytes, concat, equal } from "./bytes.ts";
import { FormatError } from "./errors.ts";
import { labelled } from "./kdf.ts";

export const codeLength = 50;
const size = 37;
const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

export type Code =
  | { readonly kind: "view"; readonly id: Bytes; readonly view: Bytes }
  | { readonly kind: "comment"; readonly id: Bytes; readonly comment: Bytes }
  | { readonly kind: "manage"; readonly owner: Bytes }
  | { readonly kind: "request"; readonly id: Bytes; readonly view: Bytes };

const kinds = ["view", "comment", "manage", "request"] as const;

/** Prints a code. */
export function printCode(code: Code): string {
  return base58(withCheck(concat(Uint8Array.of(kinds.indexOf(code.kind) + 1), body(code))));
}

function body(code: Code): Bytes {
  switch (code.kind) {
    case "view":
    case "request":
      return concat(code.id, code.view);
    case "comment":
      return concat(code.id, code.comment);
    case "manage":
      return code.owner;
  }
}

const withCheck = (b: Bytes): Bytes => concat(b, labelled("check", b).subarray(0, 4));

/**
 * Reads a fragment without its #. In this order: 50 base58 characters; the next character absent or not a letter or
 * digit (what messengers append is dropped unread); check; kind.
 */
export function parseCode(fragment: string): Code {
  const digits = /^[1-9A-HJ-NP-Za-km-z]*/.exec(fragment)?.[0] ?? "";
  const next = fragment[digits.length] ?? "";
  if (digits.length !== codeLength || /[A-Za-z0-9]/.test(next)) throw malformed(fragment, digits);
  const bytes = fromBase58(digits);
  if (!equal(bytes, withCheck(bytes.slice(0, size - 4))))
    throw new FormatError("link-mistyped", "the check does not fit: a character differs");
  const [kind, b] = [bytes[0], bytes.slice(1, size - 4)];
  if (kind === 1) return { kind: "view", id: b.slice(0, 16), view: b.slice(16) };
  if (kind === 2) return { kind: "comment", id: b.slice(0, 16), comment: b.slice(16) };
  if (kind === 3) return { kind: "manage", owner: b };
  if (kind === 4) return { kind: "request", id: b.slice(0, 16), view: b.slice(16) };
  throw new FormatError("link-kind", "a kind of link that this version does not know");
}

/** Too short is a cut link; too long, or with a character that no code has, is a mistyped one. */
function malformed(fragment: string, digits: string): FormatError {
  if (fragment === "") return new FormatError("link-none", "there is no code behind #");
  if (digits.length < codeLength && !/[A-Za-z0-9]/.test(fragment[digits.length] ?? ""))
    return new FormatError("link-cut", "the code is shorter than 50 characters");
  return new FormatError("link-mistyped", "not 50 characters of base58");
}

function base58(b: Bytes): string {
  let n = 0n;
  for (const v of b) n = n * 256n + BigInt(v);
  let out = "";
  for (let i = 0; i < codeLength; i++) {
    out = (alphabet[Number(n % 58n)] ?? "") + out;
    n /= 58n;
  }
  return out;
}

/** 50 characters always fit 37 bytes: 58^50 < 2^296. */
function fromBase58(s: string): Bytes {
  let n = 0n;
  for (const c of s) n = n * 58n + BigInt(alphabet.indexOf(c));
  const out = new Uint8Array(size);
  for (let i = size - 1; i >= 0; i--) {
    out[i] = Number(n & 255n);
    n >>= 8n;
  }
  return out;
}
