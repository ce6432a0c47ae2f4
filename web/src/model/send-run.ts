// One share on its way: new share, create, quick bundle, commit, full bundle, publish. The link is there from the start,
// opens after the commit and is complete after the publish. A share with a view limit is committed once, at the end.
import { Fault } from "../engine/fault.ts";
import { role } from "../engine/photo.ts";
import type {
  Coded,
  Described,
  NewShare,
  PackCalls,
  Part,
  PhotoWords,
  ShareRules,
  Stripped,
} from "../engine/protocol.ts";
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
  readonly words: () => PhotoWords;
  /**
   * Resolves while variants are made, when they will come unless memory runs out, with the photo; with nothing when there
   * is no time between.
   */
  readonly decoded: () => Promise<Stripped | null | undefined>;
  /** Resolves when photo and variants are ready; with nothing when the photo was left out. */
  readonly ready: () => Promise<Ready | undefined>;
  /** Makes what goes with the original. Begun when nothing that the link needs waits for it. */
  readonly further: (ready: Ready, signal: AbortSignal) => Promise<readonly Coded[]>;
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

/** So long, in ms, nothing but the commit is worked on. */
const headStart = 120;

/** An original of up to so many bytes is sealed whole before the first part of it has to have arrived. */
const mostEarly = 6 << 20;

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
  const early = { sealed: 0 };
  const packed = await quick(input, pack, uploader, early);
  const further = input.rules.pixelsOnly ? new Map() : begin(input, packed);
  // Whatever breaks ends everything: the link that does not open, and a part that never arrives.
  const opened = open(input, pack, uploader, state.id);
  const broken = Promise.race([uploader.failed, opened.then(() => new Promise<never>(() => undefined))]);
  broken.catch(() => undefined);
  // On a fast line what follows would only get in the way of the commit; on a slow one it fills the time.
  await Promise.race([opened, input.courier.pause(headStart), broken]);
  await Promise.race([full(input, pack, uploader, packed, further, early.sealed), broken]);
  const publish = await Promise.race([pack.call("publish"), broken]);
  await opened;
  await uploader.settled(0);
  await uploader.settled(1);
  await input.courier.deliver((signal) => input.api.owner(state.id, publish, signal));
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

/** Seals and sends what the link opens with. Returns what is there of the photos, by their places. */
async function quick(
  { courier, events, photos, rules }: RunInput,
  pack: Pack,
  uploader: Uploader,
  early: { sealed: number },
): Promise<ReadonlyMap<number, Ready>> {
  const packed = new Map<number, Ready>();
  let from = 0;
  for (const [i, photo] of photos.entries()) {
    if (i === 0 && !rules.pixelsOnly) early.sealed = await beginEarly(photo, pack, uploader, events);
    const ready = await photo.ready();
    courier.signal.throwIfAborted();
    // Its original would stand behind another photo. Sent again, the share begins with that one.
    if (!ready && i === 0 && early.sealed > 0) throw new Fault("memory");
    if (!ready) continue;
    const described = toldOf(ready, rules.pixelsOnly);
    const to = await orFailed(pack.call("addPhoto", described, photo.words(), ready.variants), uploader);
    events.sealed(i, { bundle: 0, from, to });
    packed.set(i, ready);
    from = to;
  }
  if (packed.size === 0) throw new NothingError("no photo is left");
  return packed;
}

/**
 * Seals and sends the original of the first photo while its views are still made: on a slow line a second that would
 * otherwise pass unused. Returns where it ends in its bundle.
 */
async function beginEarly(photo: Outgoing, pack: Pack, uploader: Uploader, events: RunEvents): Promise<number> {
  const stripped = await photo.decoded();
  if (!stripped || stripped.blob.size > mostEarly) return 0;
  await pack.call("beginFull", partSizeFor(events.speed()));
  const to = await orFailed(pack.call("addRest", 0, [original(stripped)]), uploader);
  events.sealed(0, { bundle: 1, from: 0, to });
  return to;
}

/** What the list says of a photo. Without its original, what the camera took is not told either: only what goes. */
export function toldOf({ stripped, variants }: Ready, pixelsOnly: boolean): Described {
  const { media, width, height, orientation } = stripped;
  const kept = stripped.pose && { pose: stripped.pose };
  const shown = variants.filter(({ role: of }) => of === role.view).toSorted((a, b) => b.width - a.width)[0];
  if (!pixelsOnly || !shown) return { media, width, height, orientation, ...kept };
  return { media: shown.media, width: shown.width, height: shown.height, orientation: 1, ...kept };
}

/** Commits, as soon as everything that the link opens with is there. Originals are on their way meanwhile. */
async function open({ api, courier, events }: RunInput, pack: Pack, uploader: Uploader, id: string): Promise<void> {
  const commit = await orFailed(pack.call("commitQuick"), uploader);
  if (!commit) return uploader.opened();
  await uploader.settled(0);
  await courier.deliver((signal) => api.owner(id, commit, signal));
  uploader.opened();
  events.step("opens");
}

type Further = ReadonlyMap<number, Promise<readonly Coded[]> | undefined>;

/** Has made what goes with the originals: codecs have nothing else to do when all is there that the link needs. */
function begin({ courier, photos }: RunInput, packed: ReadonlyMap<number, Ready>): Further {
  const further = new Map([...packed].map(([i, ready]) => [i, photos[i]?.further(ready, courier.signal)]));
  for (const making of further.values()) making?.catch(() => undefined);
  return further;
}

/** Seals and sends originals and what goes with them. */
async function full(
  { courier, events, rules }: RunInput,
  pack: Pack,
  uploader: Uploader,
  packed: ReadonlyMap<number, Ready>,
  further: Further,
  early: number,
): Promise<void> {
  if (rules.pixelsOnly) return;
  if (early === 0) await pack.call("beginFull", partSizeFor(events.speed()));
  let [from, n] = [early, 0];
  for (const [i, ready] of packed) {
    for (const rest of [early > 0 && n === 0 ? [] : originalOf(ready), furtherOf(further.get(i))]) {
      const variants = await rest;
      courier.signal.throwIfAborted();
      if (variants.length === 0) continue;
      const to = await orFailed(pack.call("addRest", n, variants), uploader);
      events.sealed(i, { bundle: 1, from, to });
      from = to;
    }
    n++;
  }
}

/** The original, unless the share opens with it. */
export function originalOf({ stripped, variants }: Ready): readonly Coded[] {
  return variants.some((variant) => variant.role === role.original) ? [] : [original(stripped)];
}

const original = ({ media, width, height, blob }: Stripped): Coded => ({
  role: role.original,
  media,
  width,
  height,
  blob,
});

/** A share is whole without these: a phone that has no memory left for them still sends the original. */
async function furtherOf(making: Promise<readonly Coded[]> | undefined): Promise<readonly Coded[]> {
  return (await making?.catch(() => [])) ?? [];
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
