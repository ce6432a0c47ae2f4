// Opens the preview of what the others will see, and keeps it up to date. It is loaded when it is first wanted.
import { useEffect, useRef } from "preact/hooks";
import { lazy } from "../lib/lazy.ts";
import type { SendModel } from "../model/send.ts";
import type * as AsSeen from "../seen/as-seen.lazy.tsx";

export function useAsSeen(model: SendModel): () => void {
  const { prepare, photos, fields } = model;
  const opened = useRef<AsSeen.Open | undefined>(undefined);
  const busy = useRef(false);
  useEffect(() => opened.current?.update(draftOf(model)), [photos, fields]);
  useEffect(() => () => opened.current?.close(), []);
  const open = async () => {
    if (busy.current || opened.current) return;
    busy.current = true;
    try {
      const { open } = await lazy<typeof AsSeen>("as-seen");
      opened.current = await open(
        () => draftOf(model),
        () => {
          opened.current = undefined;
        },
      );
    } catch (thrown) {
      // A late script has a class of its own for that.
      if ((thrown as { code?: unknown } | null)?.code !== "updated") throw thrown;
      prepare.stop("updated");
    } finally {
      busy.current = false;
    }
  };
  return () => void open();
}

const draftOf = ({ prepare, photos, fields }: SendModel) => ({ prepare, photos, fields });
