// What the view page needs where something stands before the photos: passphrases, asking first, passkeys, the words for all
// that, and for why a share does not open.
import fail from "../locales/en/view-fail.json";
import rules from "../locales/en/view-rules.json";
import { knock, reveal } from "./api/knock.ts";
import type * as KnockViewer from "./format/knock-viewer.lazy.ts";
import { lazy } from "./lib/lazy.ts";
import { type Asking, askToBeLetIn as ask } from "./model/knocking.ts";

export { derivePassphrase } from "./format/derive-passphrase.ts";
export { askPasskey } from "./viewer/passkey.ts";

export const words = { ...rules, ...fail };

export const askToBeLetIn = (asking: Asking) =>
  ask({ ...asking, api: { knock, reveal }, knocker: () => lazy<typeof KnockViewer>("knock-viewer") });
