// Opens what lies over the room: all photos at once, or a slideshow. Both come late.
import { useEffect, useRef } from "preact/hooks";
import { lazy, turn } from "../lib/lazy.ts";
import { addWords, t } from "../lib/words.ts";
import type { Opened } from "../model/view-state.ts";
import type { Viewing } from "../model/viewing.ts";
import { sizeWords } from "./amounts.ts";
import type * as MoreModule from "./more.lazy.tsx";
import type { More, SlideParts } from "./page-parts.ts";
import { problemOf } from "./pictures.ts";
import { here } from "./place.ts";
import type { Track } from "./use-track.ts";

export type OpenMore = (kind: MoreModule.MoreKind) => void;

/** What late scripts get from the page: always the same object, with the latest revision of the share. */
export function useParts(share: Opened, reading: Viewing["reading"]): SlideParts {
  const parts = useRef({ t, addWords, sizeWords, problemOf, reading, share, place: here() });
  parts.current.share = share;
  return parts.current;
}

/** gone: told when its script is not there any more after an update. */
export function useMore(parts: SlideParts, { where, go }: Track, gone: () => void): OpenMore {
  const { share } = parts;
  const made = useRef<More | undefined>(undefined);
  useEffect(() => made.current?.update(share), [share]);
  useEffect(() => () => made.current?.close(), []);
  return (kind) => {
    if (share.photos.length < 2) return;
    lazy<typeof MoreModule>("more").then(async ({ open }) => {
      await turn();
      made.current?.close();
      made.current = open(kind, { ...parts, current: where.current, go }, () => {
        made.current = undefined;
      });
    }, gone);
  };
}
