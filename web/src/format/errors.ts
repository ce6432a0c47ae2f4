// Why bytes of the format are refused. The codes of statement and request are those of the vectors.

export const formatCodes = [
  // codes of links
  "link-none",
  "link-cut",
  "link-mistyped",
  "link-kind",
  "link-manage",
  "link-view",
  // documents
  "msgpack",
  "header",
  "version",
  "form",
  "id",
  "signature",
  "rules",
  "manifest",
  "locks",
  // sealed files and what is in them
  "sealed",
  "opening",
  "padding",
  "manifest-form",
  "hash",
  "media",
  // passphrases
  "passphrase-form",
  "element",
  // age keys that people give
  "key",
] as const;

export type FormatCode = (typeof formatCodes)[number];

/** Bytes that FORMAT.md refuses. The message says which rule; it holds no secret. */
export class FormatError extends Error {
  override name = "FormatError";
  readonly code: FormatCode;

  constructor(code: FormatCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** A FormatError, also one that a late script threw: every script of the pages carries its own copy of the class. */
export function isFormatError(error: unknown): error is FormatError {
  if (error instanceof FormatError) return true;
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown };
  return name === "FormatError" && typeof code === "string" && (formatCodes as readonly string[]).includes(code);
}
