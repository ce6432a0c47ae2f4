// Draws again after changes; many changes at once are one drawing. A timer, because hidden tabs draw no frames.
import { useEffect, useReducer } from "preact/hooks";

export interface Drawing {
  /** Call it after a change. */
  readonly draw: () => void;
  /** The hook of the component that shows it. */
  readonly useDrawn: () => void;
}

export function drawing(): Drawing {
  let now: () => void = () => undefined;
  return {
    draw: () => now(),
    useDrawn() {
      const [, tick] = useReducer((n: number) => n + 1, 0);
      useEffect(() => {
        let waiting = false;
        now = () => {
          if (waiting) return;
          waiting = true;
          setTimeout(() => {
            waiting = false;
            tick(undefined);
          }, 16);
        };
        now();
      }, []);
    },
  };
}
