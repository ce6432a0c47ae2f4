// Nobody moved a pointer or pressed a key for three seconds: the room shows the photo alone.
import { useEffect, useState } from "preact/hooks";
import { here } from "./place.ts";

const patience = 3000;

/** Never idle while a control has the focus of the keyboard, or while something is open. */
export function useIdle(busy: boolean): boolean {
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (busy || here().root.querySelector(".viewer :is(button, a):focus-visible")) wait();
        else setIdle(true);
      }, patience);
    };
    const wake = () => {
      setIdle(false);
      wait();
    };
    const events = ["pointermove", "pointerdown", "keydown", "focusin", "wheel"] as const;
    for (const name of events) addEventListener(name, wake, { passive: true });
    wait();
    return () => {
      clearTimeout(timer);
      for (const name of events) removeEventListener(name, wake);
    };
  }, [busy]);
  return idle && !busy;
}
