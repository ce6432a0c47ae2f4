// The few hooks that the pages for viewing and managing share.
import { useEffect, useState } from "preact/hooks";

export interface Model<State> {
  readonly state: State;
  subscribe(listener: () => void): () => void;
}

/** Renders again whenever the model has another state. */
export function useModel<State>(model: Model<State>): State {
  const [state, setState] = useState(model.state);
  useEffect(() => {
    setState(model.state);
    return model.subscribe(() => setState(model.state));
  }, [model]);
  return state;
}

/** Whole seconds until a time, counting down; 0 when it is over or there is none. */
export function useCountdown(until: number | undefined): number {
  const [now, setNow] = useState(Date.now());
  const left = until === undefined ? 0 : Math.max(0, Math.ceil((until - now) / 1000));
  useEffect(() => {
    if (until === undefined) return undefined;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [until]);
  return left;
}
