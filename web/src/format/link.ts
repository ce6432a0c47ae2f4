// What a link that shows a share opens with.
import type { Bytes } from "./bytes.ts";
import type { Code } from "./code.ts";
import { viewSecret } from "./kdf.ts";

export interface Link {
  readonly id: Bytes;
  readonly view: Bytes;
}

export function linkOf(code: Code & { kind: "view" | "comment" }): Link {
  if (code.kind === "view") return { id: code.id, view: code.view };
  return { id: code.id, view: viewSecret(code.comment, code.id) };
}
