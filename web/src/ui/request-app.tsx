// The page that sends to who asked: one sentence, one button, then how far it is, then "Delivered".
import { useEffect } from "preact/hooks";
import { t } from "../lib/words.ts";
import type { Requesting } from "../model/request.ts";
import { Frame } from "./frame.tsx";
import { useArrive, useDrop, useRetry, useStayOpen } from "./hooks.ts";
import { RequestFailure } from "./request-failure.tsx";
import { Delivered, Ready, Sending } from "./request-send.tsx";

export function RequestApp({ model }: { readonly model: Requesting }) {
  const { state, send, paused } = model;
  const phase = send?.phase ?? "choosing";
  const choosing = state.at === "ready" && phase === "choosing";
  const over = useDrop((files) => model.add(files), choosing && send?.problem === undefined);
  const head = useArrive(state.at === "delivered" ? "complete" : phase === "complete" ? "opens" : phase);
  useStayOpen(state.at === "ready" && phase !== "choosing" && phase !== "failed");
  useRetry((paused ?? send?.sending?.paused)?.code === "away", () => model.resume());
  switch (state.at) {
    case "opening":
      return <Opening />;
    case "failed":
      return <RequestFailure code={state.code} retryAt={state.retryAt} retry={() => void model.start()} />;
    case "ready":
      if (!send) return <Opening />;
      return (
        <Titled title={t(choosing ? "request.title" : "request.sending.title")}>
          {choosing ? (
            <Ready model={model} send={send} over={over} head={head} />
          ) : (
            <Sending model={model} send={send} head={head} />
          )}
        </Titled>
      );
    case "delivered":
      return (
        <Titled title={t("request.delivered")}>
          <Delivered photos={state.photos} head={head} more={() => model.more()} />
        </Titled>
      );
    case "left":
      return null;
    default:
      return state satisfies never;
  }
}

function Opening() {
  return (
    <Frame>
      <div class="center">
        <p class="slow quiet" role="status">
          {t("request.opening")}
        </p>
      </div>
    </Frame>
  );
}

interface TitledProps {
  readonly title: string;
  readonly children: preact.ComponentChildren;
}

function Titled({ title, children }: TitledProps) {
  useEffect(() => {
    document.title = t("request.page", { title });
  }, [title]);
  return (
    <Frame>
      <div class="center">{children}</div>
    </Frame>
  );
}
