// The pack worker, the only one that holds secrets: the engine makes the owner secret here, seals, and signs what the
// owner asks for. The passphrase is stretched here too, in TypeScript, since viewers need that code anyway.
import { type Bytes, base64url, fromHex, hex, none } from "../format/bytes.ts";
import { decode } from "../format/msgpack.ts";
import { evaluate, newOprfKey, stretch } from "../format/passphrase.ts";
import { Fault } from "./fault.ts";
import { GoEngine } from "./go.ts";
import { hostOf } from "./host.ts";
import type { Coded, Described, NewShare, PackCalls, Part, PhotoWords, ShareRules, Upload } from "./protocol.ts";
import { piecesOf } from "./tile-blobs.ts";
import { scope, serve } from "./worker.ts";

/** Parts of a bundle that may be out at once, and their bytes: what sealing may run ahead of the network. */
const window = { parts: 8, bytes: 24 << 20 };

let engine: Promise<GoEngine> | undefined;
/** Made as soon as the engine is there, so that the link is when somebody presses Send. */
let share: Promise<NewShare> | undefined;
let uploads: readonly Upload[] = [];
/** By bundle, then by part, its bytes. */
const out = [new Map<number, number>(), new Map<number, number>()];
const offsets = [0, 0];
const host = hostOf(globalThis.crypto?.subtle);
/** What waits for room, and in which bundle. */
let go: (() => void) | undefined;
let sealing = 0;

async function call<Value>(name: string, ...args: unknown[]): Promise<Value> {
  if (!engine) throw new Fault("internal");
  return (await (await engine).call(name, ...args)) as Value;
}

const hasRoom = (parts = new Map<number, number>()) =>
  parts.size < window.parts && [...parts.values()].reduce((a, b) => a + b, 0) < window.bytes;

/** The engine hands a part over and waits for the promise before it seals on. */
async function emit(bundle: number, part: number, bytes: Bytes, digest: string): Promise<void> {
  const upload = uploads[bundle];
  if (!upload) throw new Fault("internal");
  const offset = offsets[bundle] ?? 0;
  offsets[bundle] = offset + bytes.length;
  out[bundle]?.set(part, bytes.length);
  scope.postMessage({ upload, bundle, part, offset, bytes, digest } satisfies Part, [bytes.buffer]);
  if (!hasRoom(out[bundle]))
    await new Promise<void>((resolve) => {
      [go, sealing] = [resolve, bundle];
    });
}

function taken(bundle: number, part: number): void {
  out[bundle]?.delete(part);
  if (sealing === bundle && hasRoom(out[bundle])) go?.();
}

/** PW and k; both empty without a passphrase. */
function lock(id: string, passphrase: string): [pw: Bytes, key: Bytes] {
  if (passphrase === "") return [none, none];
  const key = newOprfKey();
  const salt = fromHex(id);
  return [stretch(evaluate(key, salt, passphrase), salt), key];
}

/** The server's reply to create: [ms, [[upload id, token], [upload id, token]]]. */
function opened(reply: Uint8Array): { readonly created: number; readonly uploads: readonly Upload[] } {
  try {
    const [created, grants] = decode(reply as Bytes) as [number, [Bytes, Bytes][]];
    return { created, uploads: grants.map(([id, token]) => ({ id: hex(id), token: base64url(token) })) };
  } catch {
    throw new Fault("reply");
  }
}

async function newShare(): Promise<NewShare> {
  if (!share) throw new Fault("internal");
  return share;
}

async function begin(reply: Uint8Array, { passphrase, ...rules }: ShareRules, partSize: number): Promise<void> {
  const { id } = await newShare();
  const { created, uploads: granted } = opened(reply);
  uploads = granted;
  const config = JSON.stringify({ ...rules, created, partSize, uploads: granted.map(({ id }) => id) });
  await call("begin", config, ...lock(id, passphrase), emit, await host);
}

/** Variants for the engine: JSON, and their bytes. */
async function coded(variants: readonly Coded[]): Promise<[list: object[], bytes: (Bytes | Bytes[])[]]> {
  const bytes = await Promise.all(variants.map(piecesOf));
  return [variants.map(({ role, media, width, height }) => ({ role, media, width, height })), bytes];
}

async function addPhoto(photo: Described, words: PhotoWords, made: readonly Coded[]): Promise<number> {
  const [variants, bytes] = await coded(made);
  return call("addPhoto", JSON.stringify({ ...photo, ...words, variants }), bytes);
}

async function addRest(photo: number, made: readonly Coded[]): Promise<number> {
  const [variants, bytes] = await coded(made);
  return call("addRest", photo, JSON.stringify(variants), bytes);
}

/** A browser loads what it knows of a language once for all threads; here nobody waits for it. */
function learn(): void {
  const [language] = navigator.languages;
  new Intl.DateTimeFormat(language, { weekday: "long", month: "long", day: "numeric", hour: "2-digit" }).format(0);
  new Intl.NumberFormat(language, { style: "unit", unit: "megabyte" }).format(1.5);
}
setTimeout(learn);

serve<PackCalls>({
  start(module) {
    engine = GoEngine.start(module);
    share = call<string>("newShare").then((told) => JSON.parse(told) as NewShare);
    share.catch(() => undefined); // whoever calls hears of it
  },
  newShare,
  create: (expires) => call<Bytes>("create", expires),
  begin,
  addPhoto,
  commitQuick: () => call<Bytes | undefined>("commitQuick"),
  beginFull: (partSize) => call<undefined>("beginFull", partSize),
  addRest,
  publish: () => call<Bytes>("publish"),
  remove: (challenge) => call<Bytes>("remove", challenge),
  state: (challenge) => call<Bytes>("state", challenge),
  upload: (challenge) => call<Bytes>("upload", challenge),
  taken,
});
