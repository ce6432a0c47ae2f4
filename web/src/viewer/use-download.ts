// Downloading what the sender sealed of one photo, with progress and cancel. Many at once: archive.ts.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Photo, Variant } from "../format/manifest.ts";
import type { Opened } from "../model/view-state.ts";
import { bestOf, fileName } from "./candidates.ts";
import { type Pictures, problemOf, type Read } from "./pictures.ts";
import { chooseTarget, DiskError } from "./save.ts";

export type SaveProblem = "unreachable" | "gone" | "damaged" | "disk" | "failed";

export type Download =
  | { readonly is: "idle"; readonly problem?: SaveProblem; readonly saved?: string }
  | { readonly is: "loading"; readonly done: number };

export interface Downloads {
  readonly state: Download;
  one(i: number): void;
  cancel(): void;
}

interface Job {
  readonly i: number;
  readonly photo: Photo;
  readonly variant: Variant;
}

/** Larger originals are saved, but not put on the screen. */
const mostShownPixels = 30_000_000;

export function useDownloads(share: Opened, read: Read, pictures: Pictures): Downloads {
  const [state, setState] = useState<Download>({ is: "idle" });
  const running = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const one = async (i: number) => {
    const photo = share.photos[i];
    const variant = photo && bestOf(photo);
    if (!variant) return;
    const controller = new AbortController();
    running.current = controller;
    const { signal } = controller;
    const report = (done: number) => setState({ is: "loading", done });
    try {
      const saved = await saveOne(share, { i, photo, variant }, read, pictures, report, signal);
      setState(saved ? { is: "idle", saved } : { is: "idle" });
    } catch (error) {
      const ended = signal.aborted || (error as Error | null)?.name === "AbortError";
      setState(ended ? { is: "idle" } : { is: "idle", problem: saveProblem(error) });
    }
  };
  return { state, one: (i) => void one(i), cancel: () => running.current?.abort() };
}

/** Returns the name of the file, or nothing when no place was chosen. */
async function saveOne(
  share: Opened,
  { i, photo, variant }: Job,
  read: Read,
  pictures: Pictures,
  report: (done: number) => void,
  signal: AbortSignal,
): Promise<string> {
  const name = fileName(photo, variant, i);
  const target = await chooseTarget(name, variant.media, variant.size);
  if (!target) return "";
  report(0);
  const bytes = await read(share, variant, signal, report);
  await target(bytes);
  if (variant.role === "original" && variant.width * variant.height <= mostShownPixels)
    await pictures.put(i, variant, bytes, signal);
  return name;
}

function saveProblem(error: unknown): SaveProblem {
  if (error instanceof DiskError) return "disk";
  const problem = problemOf(error);
  return problem === "unsupported" ? "failed" : problem;
}
