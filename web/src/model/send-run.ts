// One share on its way: new share, create, quick bundle, commit, full bundle, publish. The link is there from the start,
// opens after the commit and is complete after the publish. A share with a view limit is committed once, at the end.
import type { Coded, NewShare, PackCalls, Part, PhotoWords, ShareRules, Stripped } from "../engine/protocol.ts";
import type { Courier } from "./send-courier.ts";
import type { Span } from "./send-progress.ts";
import { resume } from "./send-resume.ts";
import { partSizeFor, Uploader } from "./send-upload.ts";

/** The pack worker, as engine/pack-line.ts has it. */
export interface Pack {
  call<Name extends keyof PackCalls>(
    name: Name,
    ...args: Parameters<PackCalls[Name]>
  ): Promise<ReturnType<PackCalls[Name]>>;
  close(reason?: unknown): void;
}

export interface Ready {
  readonly stripped: Stripped;
  readonly variants: readonly Coded[];
}

/** A photo that is to go. */
export interface Outgoing {
  readonly words: PhotoWords;
  /** Resolves when photo and variants are ready; with nothing when the photo was left out. */
  readonly ready: () => Promise<Ready | undefined>;
}

/** Every photo was left out. */
export class NothingError extends Error {
  override name = "NothingError";
  readonly code = "nothing";
}

/** The requests of the sender; api/send.ts makes them. */
export interface SendApi {
  /** Sends a signed owner request and returns the reply's bytes. */
  owner(id: string, body: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<Uint8Array>;
  /** Announces the share; whoever may send is asked for the admit token. */
  create(id: string, body: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<Uint8Array>;
  challenge(id: string, signal: AbortSignal): Promise<Uint8Array>;
  put(id: string, part: Part, signal: AbortSignal): Promise<void>;
}

export type Step = "linked" | "uploading" | "opens" | "complete";

export interface RunEvents {
  readonly step: (step: Step) => void;
  readonly linked: (share: NewShare) => void;
  readonly sealed: (photo: number, span: Span) => void;
  readonly arrived: (part: Part) => void;
  /** Bytes a second lately, if that can be said. */
  readonly speed: () => number | undefined;
  readonly now: () => number;
}

/** Starts the pack worker; the run tells what to do with the parts. */
export type PackStarter = (onPart: (part: Part) => void) => Promise<Pack>;

export interface RunInput {
  readonly start: PackStarter;
  readonly api: SendApi;
  readonly courier: Courier;
  readonly photos: readonly Outgoing[];
  readonly rules: ShareRules;
  readonly events: RunEvents;
}

/** A share that the server may know of, and how to delete it. */
export interface Begun {
  readonly pack: Pack;
  id: string;
  /** The create request was sent. */
  created: boolean;
}

/** Sends everything. begun is told as soon as there may be something to delete. Rejects with what cannot be mended. */
export async function run(input: RunInput, begun: (share: Begun) => void): Promise<void> {
  const { events } = input;
  let uploader: Uploader | undefined;
  const pack = await input.start((part) => uploader?.push(part));
  const state: Begun = { pack, id: "", created: false };
  const reply = await create(input, state, begun);
  uploader = uploaderOf(input, state.id, pack);
  await pack.call("begin", reply, input.rules, partSizeFor(undefined));
  events.step("uploading");
  const originals = await quick(input, pack, uploader, state.id);
  await full(input, pack, uploader, state.id, originals);
  events.step("complete");
}

/** Announces the share. When a reply was lost on the way, the server knows the id already, which commits to our key. */
async function create(
  { api, courier, events, rules }: RunInput,
  state: Begun,
  begun: (share: Begun) => void,
): Promise<Uint8Array> {
  const share = await state.pack.call("newShare");
  state.id = share.id;
  begun(state);
  events.linked(share);
  events.step("linked");
  const body = await state.pack.call("create", events.now() + rules.lifetime);
  state.created = true;
  try {
    return await courier.deliver((signal) => api.create(share.id, body, signal));
  } catch (thrown) {
    if ((thrown as { code?: unknown } | null)?.code !== "exists") throw thrown;
  }
  return resume(state.pack, share.id, api, courier);
}

function uploaderOf({ api, courier, events }: RunInput, id: string, pack: Pack): Uploader {
  const arrived = (part: Part) => {
    events.arrived(part);
    void pack.call("taken", part.bundle, part.part).catch(() => undefined);
  };
  return new Uploader({ put: (part, signal) => api.put(id, part, signal), now: events.now, arrived }, courier);
}

/** Seals and sends what the link opens with. Returns the originals that follow, by the photo's place. */
async function quick(
  { api, courier, events, photos }: RunInput,
  pack: Pack,
  uploader: Uploader,
  id: string,
): Promise<Map<number, Stripped>> {
  const originals = new Map<number, Stripped>();
  let from = 0;
  for (const [i, photo] of photos.entries()) {
    const ready = await photo.ready();
    courier.signal.throwIfAborted();
    if (!ready) continue;
    const to = await orFailed(pack.call("addPhoto", ready.stripped, photo.words, ready.variants), uploader);
    events.sealed(i, { bundle: 0, from, to });
    originals.set(i, ready.stripped);
    from = to;
  }
  if (originals.size === 0) throw new NothingError("no photo is left");
  const commit = await orFailed(pack.call("commitQuick"), uploader);
  if (!commit) return originals;
  await uploader.settled();
  await courier.deliver((signal) => api.owner(id, commit, signal));
  events.step("opens");
  return originals;
}

async function full(
  { api, courier, events }: RunInput,
  pack: Pack,
  uploader: Uploader,
  id: string,
  originals: Map<number, Stripped>,
): Promise<void> {
  await pack.call("beginFull", partSizeFor(events.speed()));
  let from = 0;
  for (const [i, original] of originals) {
    const to = await orFailed(pack.call("addOriginal", original), uploader);
    events.sealed(i, { bundle: 1, from, to });
    from = to;
  }
  const publish = await orFailed(pack.call("publish"), uploader);
  await uploader.settled();
  await courier.deliver((signal) => api.owner(id, publish, signal));
}

/** Sealing waits for parts to arrive; when they never will, it would wait for ever. */
function orFailed<Value>(sealing: Promise<Value>, uploader: Uploader): Promise<Value> {
  return Promise.race([sealing, uploader.failed]);
}

/** Deletes what the server may have of a cancelled share. Quietly: what is not deleted is swept, nothing opens it. */
export async function discard({ pack, id, created }: Begun, api: SendApi, signal: AbortSignal): Promise<void> {
  if (!created) return;
  const challenge = await api.challenge(id, signal);
  await api.owner(id, await pack.call("remove", challenge), signal);
}
