// The steps from a link to open photos: what is asked, what is checked, in which order. FORMAT.md, "Opening".
import type { guess, OpenReply, openShare, readParts, take } from "../api/share.ts";
import { type Bytes, none } from "../format/bytes.ts";
import type { Code } from "../format/code.ts";
import type { Derivation } from "../format/derive-passphrase.ts";
import { commentSecret, idOf, readToken, unlockToken, viewSecret } from "../format/kdf.ts";
import type { Photo } from "../format/manifest.ts";
import type { Opener } from "../format/opener.ts";
import { type Place, spanOfPlace } from "../format/span.ts";
import type { Statement } from "../format/statement.ts";
import type { Tab } from "./tab.ts";
import { type Opened, ViewError } from "./view-state.ts";

export interface Ports {
  readonly api: {
    readonly openShare: typeof openShare;
    readonly guess: typeof guess;
    readonly take: typeof take;
    readonly readParts: typeof readParts;
  };
  readonly opener: Opener;
  readonly derive: (d: Derivation) => Promise<Bytes>;
  readonly tab: Tab;
  readonly now: () => number;
}

/** What a view or comment link opens with. */
export interface Link {
  readonly id: Bytes;
  readonly view: Bytes;
}

/** What a viewer has found out. pw is empty without a passphrase. */
export interface Keys {
  readonly pw: Bytes;
  readonly unlock: Bytes;
}

export interface Looked {
  readonly reply: OpenReply;
  readonly statement: Statement;
  readonly skew: number;
}

const hour = 3_600_000;

/** Whether opening needs R: there are named recipients, or the owner is asked first. */
const usesR = (s: Statement): boolean => s.locks.length > 0 || s.askFirst === 1;

export function linkOf(code: Code & { kind: "view" | "comment" }): Link {
  if (code.kind === "view") return { id: code.id, view: code.view };
  return { id: code.id, view: viewSecret(code.comment, code.id) };
}

/** The link that an owner's secret gives. */
export function ownLink(publicKey: Bytes, owner: Bytes): Link {
  const id = idOf(publicKey);
  return { id, view: viewSecret(commentSecret(owner, id), id) };
}

export function keysOf(link: Link, pw: Bytes): Keys {
  return { pw, unlock: unlockToken(link.view, pw, none, link.id) };
}

/** One open, checked: nothing is believed before the statement's signature is. */
export async function look(p: Ports, link: Link, keys: Keys, guessId: Bytes, signal: AbortSignal): Promise<Looked> {
  const reply = await p.api.openShare(link.id, readToken(link.view, link.id), keys.unlock, guessId, signal);
  const statement = await p.opener.check({ id: link.id, ...reply });
  signal.throwIfAborted();
  if (statement.expires + hour < p.now()) throw new ViewError("gone");
  if (!p.tab.sees(link.id, statement.revision)) throw new ViewError("damaged");
  if (usesR(statement)) throw new ViewError("locked");
  return { reply, statement, skew: reply.now - p.now() };
}

/** PW for a passphrase, and the guess id that gives the guess back when it was right. */
export async function answerPassphrase(
  p: Ports,
  link: Link,
  statement: Statement,
  passphrase: string,
  progress: (done: number) => void,
  signal: AbortSignal,
): Promise<{ readonly keys: Keys; readonly guessId: Bytes }> {
  let guessId = none;
  const read = readToken(link.view, link.id);
  const pw = await p.derive({
    id: link.id,
    passphrase,
    progress,
    signal,
    async ask(element) {
      const reply = await p.api.guess(link.id, read, statement.revision, element, signal);
      guessId = reply.guess;
      return reply.evaluated;
    },
  });
  return { keys: keysOf(link, pw), guessId };
}

/** Opens the manifest, and the index where the photos are listed outside it. */
export async function unseal(
  p: Ports,
  link: Link,
  looked: Looked,
  keys: Keys,
  pepper: Bytes,
  signal: AbortSignal,
): Promise<Opened> {
  const { statement, reply, skew } = looked;
  const { view } = link;
  const manifest = await p.opener.manifest({ statement, sealed: reply.manifest, view, pepper, pw: keys.pw, r: none });
  signal.throwIfAborted();
  const { title, words, bundles } = manifest;
  const share: Opened = {
    link,
    keys,
    statement,
    title,
    words,
    bundles,
    photos: manifest.photos,
    taken: reply.taken,
    skew,
  };
  if (!manifest.index) return share;
  const doc = await readPlace(p, share, { bundle: 0, ...manifest.index }, signal);
  const photos = await p.opener.index(doc, statement, manifest.index);
  signal.throwIfAborted();
  return { ...share, photos };
}

/** Something in a bundle: a variant, or the index. */
export interface Entry {
  readonly bundle: number;
  readonly offset: number;
  readonly size: number;
  readonly sha256: Bytes;
}

/** Fetches and opens an entry; its hash was checked. progress gets the share of bytes that are there, 0 to 1. */
export async function readPlace(
  p: Ports,
  share: Opened,
  entry: Entry,
  signal: AbortSignal,
  progress: (done: number) => void = () => {},
): Promise<Bytes> {
  const bundle = share.statement.bundles[entry.bundle];
  const sealed = share.bundles[entry.bundle];
  if (!bundle || !sealed) throw new ViewError("damaged");
  const place: Place = { id: share.link.id, total: bundle.size, ...sealed, ...entry };
  const { start, end } = spanOfPlace(place);
  const opening = await p.opener.variant(place);
  try {
    const { upload } = bundle;
    let at = start;
    for await (const bytes of p.api.readParts(
      { id: share.link.id, upload, unlock: share.keys.unlock, start, end },
      signal,
    )) {
      at += bytes.length;
      await opening.feed(bytes);
      progress((at - start) / (end - start));
    }
    return await opening.finish();
  } catch (error) {
    opening.drop();
    throw error;
  }
}

/** Bytes of every photo's original in a share. */
export const originalsSize = (photos: readonly Photo[]): number =>
  photos.flatMap((p) => p.variants).reduce((sum, v) => sum + (v.role === "original" ? v.size : 0), 0);
