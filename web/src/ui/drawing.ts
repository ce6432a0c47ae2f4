// Draws again after changes; many changes at once are one drawing. A timer, because hidden tabs draw no frames. What takes
// long to draw is drawn less often: most of the time belongs to the person.
import { useEffect, useLayoutEffect, useReducer } from "preact/hooks";

export interface Drawing {
  /** Call it after a change. */
  readonly draw: () => void;
  /** The hook of the component that shows it. */
  readonly useDrawn: () => void;
}

/** Milliseconds between two drawings: at least one frame, and several times what the last one took; never a standstill. */
export const restAfter = (ms: number): number => Math.min(400, Math.max(16, 4 * ms));

export function drawing(): Drawing {
  let now: () => void = () => undefined;
  let [began, took] = [0, 0];
  return {
    draw: () => now(),
    useDrawn() {
      const [, tick] = useReducer((n: number) => n + 1, 0);
      useLayoutEffect(() => {
        if (began > 0) took = performance.now() - began;
        began = 0;
      });
      useEffect(() => {
        let waiting = false;
        now = () => {
          if (waiting) return;
          waiting = true;
          setTimeout(() => {
            waiting = false;
            began = performance.now();
            tick(undefined);
          }, restAfter(took));
        };
        now();
      }, []);
    },
  };
}
