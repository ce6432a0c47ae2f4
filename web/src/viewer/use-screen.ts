// The screen of a slideshow: whether anybody sees it, keeping it on, and hiding the bar while nothing moves.
import { useEffect, useState } from "preact/hooks";
import type { Place } from "./place.ts";

/** True while the tab is in the background. */
export function useHidden(): boolean {
  const [hidden, setHidden] = useState(document.hidden);
  useEffect(() => {
    const look = () => setHidden(document.hidden);
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  return hidden;
}

/** Keeps the screen on, where the browser can. It lets go by itself when the tab goes to the background. */
export function useAwake(on: boolean): void {
  useEffect(() => {
    if (!on || !("wakeLock" in navigator)) return undefined;
    let left = false;
    let lock: WakeLockSentinel | undefined;
    navigator.wakeLock.request("screen").then(
      (given) => {
        lock = given;
        if (left) void given.release();
      },
      () => {}, // refused, for example on a low battery: the screen goes dark as it always does
    );
    return () => {
      left = true;
      void lock?.release();
    };
  }, [on]);
}

const patience = 3000;

/** True when no pointer and no key has moved for a while; never while a control has the focus of the keyboard. */
export function useStill(on: boolean, { root }: Place): boolean {
  const [still, setStill] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (root.querySelector(".show :is(button, select):focus-visible")) wait();
        else setStill(true);
      }, patience);
    };
    const wake = () => {
      setStill(false);
      wait();
    };
    const events = ["pointermove", "pointerdown", "keydown", "focusin"] as const;
    for (const name of events) addEventListener(name, wake, { passive: true, capture: true });
    wait();
    return () => {
      clearTimeout(timer);
      for (const name of events) removeEventListener(name, wake, { capture: true });
    };
  }, []);
  return still && on;
}
