// What is said of a photo: the closed lists of the manifest, and what was found in a file.

/** Role numbers of the manifest; a preview lies in the manifest itself and has none. */
export const role = { preview: 0, thumb: 1, view: 2, tiles: 3, original: 4 } as const;
export type Role = (typeof role)[keyof typeof role];

/** Media numbers of the manifest, by media type. */
export const media = {
  "image/jpeg": 1,
  "image/png": 2,
  "image/webp": 3,
  "image/avif": 4,
  "image/gif": 5,
  "image/heic": 6,
  "image/jxl": 7,
} as const;
export type MediaType = keyof typeof media;
export type Media = (typeof media)[MediaType];

export function mediaOf(type: string): Media | undefined {
  return type in media ? media[type as MediaType] : undefined;
}

/** What a file can give away, the weightiest first, as client/strip sorts it. The catalogues have a word for each. */
export const groups = [
  "place",
  "person",
  "time",
  "device",
  "hidden",
  "text",
  "history",
  "provenance",
  "profile",
  "other",
] as const;
export type Group = (typeof groups)[number];

/** One thing that was removed, as client/strip reports it. */
export interface Finding {
  readonly group: Group;
  /** Names the thing, such as gps-position or thumbnail. */
  readonly code: string;
  /** What the file says; may be empty. */
  readonly value: string;
  /** How many there are of what is counted, such as editing steps. */
  readonly count?: number;
  /** Of a hidden picture, in pixels. */
  readonly width?: number;
  readonly height?: number;
  /** Bytes that it took in the file. */
  readonly bytes?: number;
  /** The hidden picture itself, stripped: JPEG, PNG or WebP. */
  readonly picture?: Uint8Array<ArrayBuffer>;
}
