// Waiting for a share that is on its way: first for its photos, then for their originals.
import { ApiError } from "../api/errors.ts";
import { pause } from "../api/http.ts";
import type { Link } from "../format/link.ts";
import { firstLook, type Looked, type Ports } from "./opening.ts";

const waitingPause = [2000, 3000, 5000, 8000, 10_000];
const stagePause = [6000, 9000, 14_000, 20_000, 30_000, 60_000];

/** The nth of a list, whose last one stands for all that follow. */
export const nth = (list: readonly number[], n: number): number => list[Math.min(n, list.length - 1)] ?? 0;

export const isApi = (error: unknown, ...codes: ApiError["code"][]): boolean =>
  error instanceof ApiError && codes.includes(error.code);

/** The first look at a share that is there. waiting is told each time that it is not. */
export async function lookUntilThere(
  p: Ports,
  link: Link,
  signal: AbortSignal,
  waiting: () => Promise<void>,
): Promise<Looked> {
  for (let n = 0; ; n++) {
    try {
      return await firstLook(p, link, signal);
    } catch (error) {
      if (!isApi(error, "uploading")) throw error;
      await waiting();
      signal.throwIfAborted();
      await pause(nth(waitingPause, n), signal);
    }
  }
}

/** The pause before the nth look for the originals, from 0. */
export const restForOriginals = (n: number, signal: AbortSignal): Promise<void> => pause(nth(stagePause, n), signal);
