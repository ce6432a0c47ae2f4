// What takes long is done in turns, so that the page draws and hears the person in between.
import { useEffect, useState } from "preact/hooks";
import { turn } from "../lib/lazy.ts";

/** So long at a time, ms. */
const most = 8;

/** Reads the size of every file once: the browser asks the disk for each, while the page waits, and knows it afterwards. */
export async function measured(files: readonly File[]): Promise<number> {
  let began = performance.now();
  let bytes = 0;
  for (const file of files) {
    bytes += file.size;
    if (performance.now() - began < most) continue;
    await turn();
    began = performance.now();
  }
  return bytes;
}

/** Takes steps one at a time while nobody waits for anything. */
export async function whileIdle(steps: readonly (() => void)[]): Promise<void> {
  for (const step of steps) {
    await idle();
    step();
  }
}

/** Safari has no word for it. */
const idle = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof requestIdleCallback === "function") requestIdleCallback(() => resolve());
    else setTimeout(resolve, 50);
  });

/** False at first, true from the next turn on: what comes then does not hold up what is drawn now. */
export function useNextTurn(): boolean {
  const [there, setThere] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setThere(true));
    return () => clearTimeout(timer);
  }, []);
  return there;
}
