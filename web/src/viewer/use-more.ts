// Opens what lies over the room: all photos at once, or a slideshow. Both come late.
import { useEffect, useRef } from "preact/hooks";
import { lazy } from "../lib/lazy.ts";
import { addWords, t } from "../lib/words.ts";
import type { Opened } from "../model/view-state.ts";
import type { Viewing } from "../model/viewing.ts";
import { sizeWords } from "./amounts.ts";
import type * as MoreModule from "./more.lazy.tsx";
import type { More } from "./page-parts.ts";
import { problemOf } from "./pictures.ts";
import type { Track } from "./use-track.ts";

export type OpenMore = (kind: MoreModule.MoreKind) => void;

export function useMore(share: Opened, reading: Viewing["reading"], { where, go }: Track): OpenMore {
  const made = useRef<More | undefined>(undefined);
  useEffect(() => made.current?.update(share), [share]);
  useEffect(() => () => made.current?.close(), []);
  return (kind) => {
    if (share.photos.length < 2) return;
    lazy<typeof MoreModule>("more").then(
      ({ open }) => {
        made.current?.close();
        const page = { t, addWords, sizeWords, problemOf, reading, share, current: where.current, go };
        made.current = open(kind, page, () => {
          made.current = undefined;
        });
      },
      () => {}, // gone after an update: the photos are still there one by one
    );
  };
}
