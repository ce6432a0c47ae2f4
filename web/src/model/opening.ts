// The steps from a link to open photos: what is asked, what is checked, in which order. FORMAT.md, "Opening".
import type { guess, OpenReply, openShare, readParts, take } from "../api/share.ts";
import { type Bytes, hex, none } from "../format/bytes.ts";
import type { Derivation } from "../format/derive-passphrase.ts";
import { commentSecret, idOf, readToken, unlockToken, viewSecret } from "../format/kdf.ts";
import type { Link } from "../format/link.ts";
import type { Manifest } from "../format/manifest.ts";
import type { Opener } from "../format/opener.ts";
import { type Place, spanOfPlace } from "../format/span.ts";
import type { Statement } from "../format/statement.ts";
import type { Asking } from "./knocking.ts";
import type { Tab } from "./tab.ts";
import { putAside, takeUp } from "./unfinished.ts";
import { type Opened, ViewError } from "./view-state.ts";

export interface Ports {
  readonly api: {
    readonly openShare: typeof openShare;
    readonly guess: typeof guess;
    readonly take: typeof take;
    readonly readParts: typeof readParts;
  };
  readonly opener: Opener;
  /** R out of sealed locks; undefined when they were sealed for other keys. */
  readonly unlock: (locks: Bytes, link: Link, key: Key, signal: AbortSignal) => Promise<Bytes | undefined>;
  /** R, when the sender lets this viewer in: knocking.ts, which comes late. */
  readonly askToBeLetIn: (a: Asking) => Promise<Bytes>;
  readonly derive: (d: Derivation) => Promise<Bytes>;
  /** Has the words there for what stands before photos, and for why a share does not open. */
  readonly words: () => Promise<void>;
  readonly tab: Tab;
  readonly now: () => number;
}

/** What of the ports reading takes. */
export interface Reads {
  readonly api: Pick<Ports["api"], "readParts">;
  readonly opener: Pick<Opener, "variant">;
}

/** A key with which a named recipient opens: what was pasted or dropped, or a passkey of this device. */
export type Key = { readonly kind: "typed"; readonly text: string } | { readonly kind: "passkey" };

/** What a viewer has found out. pw and r are empty where the share does not use them. */
export interface Keys {
  readonly pw: Bytes;
  readonly r: Bytes;
  readonly unlock: Bytes;
}

export interface Looked {
  readonly reply: OpenReply;
  readonly statement: Statement;
  /** What opened together with the check: of a share that nothing stands before. */
  readonly manifest: Manifest | null;
  readonly skew: number;
}

const hour = 3_600_000;

/** The link that an owner's secret gives. */
export function ownLink(publicKey: Bytes, owner: Bytes): Link {
  const id = idOf(publicKey);
  return { id, view: viewSecret(commentSecret(owner, id), id) };
}

export function keysOf(link: Link, pw: Bytes, r: Bytes): Keys {
  return { pw, r, unlock: unlockToken(link.view, pw, r, link.id) };
}

/** One open, checked. With a fitting unlock token, and without a view limit, it is what an access log notes. */
export async function look(p: Ports, link: Link, unlock: Bytes, guessId: Bytes, signal: AbortSignal): Promise<Looked> {
  const reply = await p.api.openShare(link.id, readToken(link.view, link.id), unlock, guessId, signal);
  return checked(p, link, reply, signal);
}

/**
 * The first look at a share. One that nothing stands before opens with it; of one with an access log it releases nothing, for
 * whoever looks has to be told before.
 */
export const firstLook = (p: Ports, link: Link, signal: AbortSignal): Promise<Looked> =>
  look(p, link, keysOf(link, none, none).unlock, none, signal);

/** The guess id that an opening brings: zeros where nothing was guessed, which says that the viewer knows of the log. */
export const told = ({ logKey }: Statement, guessId: Bytes): Bytes =>
  logKey.length > 0 && guessId.length === 0 ? new Uint8Array(16) : guessId;

/** Nothing is believed before the statement's signature is. */
async function checked(p: Ports, link: Link, reply: OpenReply, signal: AbortSignal): Promise<Looked> {
  const { statement, manifest } = await p.opener.check({ ...link, ...reply });
  signal.throwIfAborted();
  if (statement.expires + hour < p.now()) throw new ViewError("gone");
  if (!p.tab.sees(link.id, statement.revision)) throw new ViewError("damaged");
  return { reply, statement, manifest, skew: reply.now - p.now() };
}

/** PW for a passphrase, and the guess id that gives the guess back when it was right. */
export async function answerPassphrase(
  p: Ports,
  link: Link,
  statement: Statement,
  passphrase: string,
  r: Bytes,
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
  return { keys: keysOf(link, pw, r), guessId };
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
  const sealed = reply.manifest;
  const manifest =
    looked.manifest ?? (await p.opener.manifest({ statement, sealed, view, pepper, pw: keys.pw, r: keys.r }));
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

/**
 * Fetches and opens an entry; its hash was checked. progress gets the share of bytes that are there, 0 to 1. When the line
 * breaks or somebody turns away, what has arrived is kept for the next try.
 */
export async function readPlace(
  p: Reads,
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
  const { upload } = bundle;
  const key = `${hex(upload)} ${entry.offset} ${entry.size}`;
  const before = takeUp(p.opener, key);
  const opening = before?.opening ?? p.opener.variant(place);
  let at = before?.at ?? start;
  try {
    for await (const bytes of p.api.readParts(
      { id: share.link.id, upload, unlock: share.keys.unlock, start: at, end },
      signal,
    )) {
      at += bytes.length;
      await opening.feed(bytes);
      progress((at - start) / (end - start));
    }
    return await opening.finish();
  } catch (error) {
    if (at < end && (signal.aborted || isBroken(error))) putAside(p.opener, key, { opening, at, size: entry.size });
    else opening.drop();
    throw error;
  }
}

/** By name: the class is the page's, and this may run in a late script that has another one. */
export const isBroken = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === "unreachable";
