// Saving what was selected, as a hook: how far it is, where it broke, how it ended.
import { useEffect, useRef, useState } from "preact/hooks";
import { readPatiently } from "../model/windows.ts";
import { bytesOf, chooseZip, type Item, picker, saveSingly, wayOf, zipStream } from "./archive.ts";
import type { MoreProps } from "./page-parts.ts";
import { DiskError } from "./save.ts";

export type ArchiveProblem = "unreachable" | "gone" | "damaged" | "disk" | "failed";

export type ArchiveState =
  | { readonly is: "idle"; readonly problem?: ArchiveProblem; readonly saved?: number }
  | {
      readonly is: "running";
      readonly done: number;
      readonly total: number;
      readonly n: number;
      readonly of: number;
      /** The connection is broken; it goes on by itself. */
      readonly broken: boolean;
    };

export interface Archive {
  readonly state: ArchiveState;
  readonly busy: boolean;
  save(items: readonly Item[]): void;
  cancel(): void;
}

/** How long a broken connection is left alone, unless the browser says that it is back. */
const patience = 4000;

export function useArchive(p: MoreProps): Archive {
  const [state, setState] = useState<ArchiveState>({ is: "idle" });
  const running = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const latest = useRef(p);
  latest.current = p;
  const save = async (items: readonly Item[]) => {
    if (running.current || items.length === 0) return;
    const controller = new AbortController();
    running.current = controller;
    try {
      const done = await run(items, latest, setState, controller.signal);
      setState(done ? { is: "idle", saved: items.length } : { is: "idle" });
    } catch (error) {
      setState(controller.signal.aborted ? { is: "idle" } : { is: "idle", problem: problem(p, error) });
    } finally {
      running.current = undefined;
    }
  };
  return {
    state,
    busy: state.is === "running",
    save: (items) => void save(items),
    cancel: () => running.current?.abort(),
  };
}

/** False when no place was chosen. */
async function run(
  items: readonly Item[],
  p: { readonly current: MoreProps },
  show: (state: ArchiveState) => void,
  signal: AbortSignal,
): Promise<boolean> {
  const total = bytesOf(items);
  const way = wayOf(items, picker() !== undefined);
  let now = { is: "running", done: 0, total, n: 1, of: items.length, broken: false } as const satisfies ArchiveState;
  const change = (more: Partial<Extract<ArchiveState, { is: "running" }>>) => {
    now = { ...now, ...more } as typeof now;
    show(now);
  };
  const broken = async () => {
    change({ broken: true });
    await back(signal);
    change({ broken: false });
  };
  const read = (item: Item, signal: AbortSignal, progress: (bytes: number) => void) => {
    const { share, reading } = p.current;
    return reading(share, signal, (ports, both) =>
      readPatiently(ports, share, item.variant, both, { progress, broken }),
    );
  };
  const told = { progress: (done: number, n: number) => change({ done, n }) };
  if (way === "single") {
    change({});
    await saveSingly(items, read, told, signal);
    return true;
  }
  const target = await chooseZip("photos.zip", way);
  if (!target) return false;
  change({});
  const moment = new Date(p.current.share.statement.created);
  await target(zipStream(items, read, told, moment, signal));
  return true;
}

/** Resolves when the connection may be back; rejects when it was cancelled. */
function back(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const ends = new AbortController();
    const end = (then: () => void) => () => {
      clearTimeout(timer);
      ends.abort();
      then();
    };
    const timer = setTimeout(end(resolve), patience);
    addEventListener("online", end(resolve), { signal: ends.signal });
    signal.addEventListener(
      "abort",
      end(() => reject(signal.reason)),
      { signal: ends.signal },
    );
  });
}

function problem({ problemOf }: MoreProps, error: unknown): ArchiveProblem {
  if (error instanceof DiskError) return "disk";
  const is = problemOf(error);
  return is === "unsupported" ? "failed" : is;
}
