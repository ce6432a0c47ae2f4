// The page that shows a share, by the state of its model.
import type { Viewing } from "../model/viewing.ts";
import { DoorPage } from "./door.tsx";
import { GatePage } from "./gate.tsx";
import { Failure, Waiting } from "./message.tsx";
import { Room } from "./room.tsx";
import { Start } from "./start.tsx";
import { useModel } from "./use-model.ts";

export function ViewApp({ viewing }: { readonly viewing: Viewing }) {
  const state = useModel(viewing);
  switch (state.at) {
    case "opening":
      return <Start />;
    case "waiting":
      return <Waiting />;
    case "gate":
      return (
        <GatePage
          gate={state.gate}
          busy={state.busy}
          problem={state.problem}
          press={(given) => viewing.press(given)}
          ask={() => void viewing.ask()}
          cancel={() => viewing.cancel()}
        />
      );
    case "door":
      return <DoorPage gate={state.gate} knocking={state.knocking} cancel={() => viewing.cancel()} />;
    case "open":
      return <Room share={state.share} late={state.late} read={viewing.read} reading={viewing.reading} />;
    case "failed":
      return <Failure code={state.code} used={state.used} retryAt={state.retryAt} retry={() => viewing.retry()} />;
    case "closed":
      return null;
    default:
      return state satisfies never;
  }
}
