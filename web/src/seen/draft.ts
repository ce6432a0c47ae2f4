// The share as it would be if it were sent now, made of what lies on this device: what the viewer would find in the manifest
// and the statement, and the bytes behind it.

import { role } from "../engine/photo.ts";
import type { Coded } from "../engine/protocol.ts";
import { type Bytes, none } from "../format/bytes.ts";
import { type Photo, roles, type Variant } from "../format/manifest.ts";
import { medias } from "../format/media.ts";
import { sealedSize } from "../format/span.ts";
import type { Statement } from "../format/statement.ts";
import { outgoing, rulesOf } from "../model/send-outgoing.ts";
import type { Photo as Chosen, Prepare } from "../model/send-prepare.ts";
import { parseLifetime, parseViews, type RuleFields } from "../model/send-rules.ts";
import { originalOf, toldOf } from "../model/send-run.ts";
import type { Gate, Opened } from "../model/view-state.ts";
import type { TileSets } from "./tile-sets.ts";

export interface Draft {
  readonly prepare: Prepare;
  readonly photos: readonly Chosen[];
  readonly fields: RuleFields;
}

/** Gives a blob the 32 bytes by which it is read; the same blob gets the same. */
export type Tag = (blob: Blob) => Bytes;

/** What fields hold that cannot be sent like that. */
const usualLifetime = 7 * 86_400_000;
const partSize = 2 ** 20;
/** More than the grid takes for a thumb: it would wait for a photo that is not there yet, and others with it. */
const notSmall = 200_001;

/** Photos that would go: all but those that the sender has to decide about first. */
export const goes = ({ work }: Chosen): boolean => work.kind !== "refused" && work.kind !== "converting";

/** What was found out or made of photos for the preview. */
export interface Found {
  /** Of photos that are ready, their smallest pictures. */
  readonly previews: ReadonlyMap<Blob, Bytes>;
  readonly sets: Pick<TileSets, "of">;
}

/** now: the moment at which it is sent. */
export function openedOf(draft: Draft, found: Found, tag: Tag, now: number): Opened {
  const { fields } = draft;
  const ends = [1, 1];
  const photos = draft.photos.filter(goes).map((photo) => photoOf(draft, photo, found, tag, ends));
  const { title } = rulesOf(fields, 0, 0);
  return {
    ...{ link: { id: none, view: none }, keys: { pw: none, r: none, unlock: none } },
    ...{ statement: statementOf(fields, ends, now), title, words: "", photos, taken: 0, skew: 0 },
    bundles: ends.map(() => ({ key: none, head: none })),
  };
}

/** The gate before such a share. */
export const gateOf = ({ statement, taken, skew }: Opened): Gate => ({
  ...{ statement, taken, skew },
  ...{ mine: false, admitted: false },
});

function statementOf(fields: RuleFields, ends: readonly number[], created: number): Statement {
  const there = new Uint8Array(32);
  const lifetime = parseLifetime(fields.expires) ?? usualLifetime;
  return {
    ...{ id: none, owner: none, manifest: none, revision: 1, stage: 2, created, expires: created + lifetime },
    viewLimit: parseViews(fields.views) ?? 0,
    suite: fields.passphrase === "" ? 0 : 1,
    locks: fields.named ? there : none,
    logKey: fields.log ? there : none,
    askFirst: fields.askFirst ? 1 : 0,
    bundles: ends.map((size) => ({ upload: none, size: sealedSize(size), partSize })),
  };
}

/** What the manifest adds to angles above the horizon, hundredths of a degree. */
const level = 9000;

function photoOf(
  { prepare, fields }: Draft,
  photo: Chosen,
  { previews, sets }: Found,
  tag: Tag,
  ends: number[],
): Photo {
  const { work } = photo;
  const words = outgoing(
    {
      ...{ prepare, further: async () => [], keepWords: () => fields.keepCaption },
      ...{ change: () => new Promise(() => undefined), signal: AbortSignal.abort() },
    },
    photo,
  ).words();
  const place = placing(tag, ends);
  if (work.kind !== "ready") return { name: "", ...words, ...notYet(photo, fields.pixelsOnly, place) };
  const told = toldOf(work, fields.pixelsOnly);
  const preview = work.variants.find((variant) => variant.role === role.preview)?.blob;
  const rest = fields.pixelsOnly ? [] : originalOf(work);
  const set = fields.pixelsOnly ? undefined : sets.of(work.stripped);
  return {
    name: "",
    ...words,
    ...{ media: mediaOf(told.media), width: told.width, height: told.height },
    preview: (preview && previews.get(preview)) ?? none,
    pose: told.pose && { ...told.pose, pitch: told.pose.pitch + level, tilt: told.pose.tilt + level },
    variants: [
      ...work.variants.filter((variant) => variant.role !== role.preview).map((variant) => place(variant, 0)),
      ...rest.map((variant) => place(variant, 1)),
      ...(set ? [place({ ...set.coded, blob: set.head }, 1, set.size)] : []),
    ],
  };
}

/** A photo of which nothing can be shown yet: its place, and one variant that is waited for. */
function notYet({ file, work }: Chosen, pixelsOnly: boolean, place: Placing) {
  const { width, height } = "stripped" in work ? work.stripped : { width: 3, height: 2 };
  const coded = { role: pixelsOnly ? role.view : role.original, media: 3, width, height, blob: file } as const;
  const variant = place(coded, 0, Math.max(file.size, notSmall));
  return { media: variant.media, width, height, preview: none, variants: [variant], pose: undefined };
}

/** size: in bytes, where that is another one than the blob's. */
type Placing = (coded: Coded, bundle: number, size?: number) => Variant;

/** Puts one variant behind the other. */
function placing(tag: Tag, ends: number[]): Placing {
  return ({ role: of, media, width, height, blob }, bundle, size = blob.size) => {
    const offset = ends[bundle] ?? 1;
    ends[bundle] = offset + size;
    return { role: roleOf(of), media: mediaOf(media), width, height, bundle, offset, size, sha256: tag(blob) };
  };
}

const mediaOf = (number: number) => medias[number - 1] ?? "jpeg";
const roleOf = (number: number) => roles[number - 1] ?? "view";
