// Draws again after changes; many changes at once are one drawing. A timer, because hidden tabs draw no frames. What takes
// long to draw is drawn less often: most of the time belongs to the person.
import { useEffect, useLayoutEffect, useReducer } from "preact/hooks";

export interface Drawing {
  /** Call it after a change; atOnce where somebody waits for that one. */
  readonly draw: (atOnce?: boolean) => void;
  /** The hook of the component that shows it. */
  readonly useDrawn: () => void;
}

/**
 * Milliseconds from one drawing to the next: at least one frame, and several times what the last one took; never a standstill.
 * The first change after that rest is drawn at once.
 */
export const restAfter = (ms: number): number => Math.min(400, Math.max(16, 4 * ms));

export function drawing(): Drawing {
  let soon: (atOnce: boolean) => void = () => undefined;
  let [began, took, ended] = [0, 0, 0];
  return {
    draw: (atOnce = false) => soon(atOnce),
    useDrawn() {
      const [, tick] = useReducer((n: number) => n + 1, 0);
      useLayoutEffect(() => {
        ended = performance.now();
        if (began > 0) took = ended - began;
        began = 0;
      });
      useEffect(() => {
        let waiting: ReturnType<typeof setTimeout> | undefined;
        soon = (atOnce) => {
          if (waiting !== undefined && !atOnce) return;
          clearTimeout(waiting);
          const rest = atOnce ? 0 : Math.max(0, ended + restAfter(took) - performance.now());
          waiting = setTimeout(() => {
            waiting = undefined;
            began = performance.now();
            tick(undefined);
          }, rest);
        };
        soon(true);
      }, []);
    },
  };
}
