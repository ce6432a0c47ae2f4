// The test strip: strip, encode, seal, upload, for the whole and for each photo.
import { t } from "../lib/words.ts";
import type { SendModel } from "../model/send.ts";
import {
  type Load,
  type PhotoProgress,
  photoProgress,
  type Stage,
  stages,
  type Whole,
  wholeProgress,
} from "../model/send-progress.ts";
import { useBlobUrl, useCalm } from "./hooks.ts";
import { useGrowing, useNear } from "./near.ts";
import { thumbOf } from "./photo-card.tsx";
import { pure } from "./pure.ts";
import { bytes, bytesOf, duration, percent } from "./send-words.ts";

/** So many rows are begun at a time, and drawn before it is known what is near. */
const turn = 25;
const atOnce = 8;

export function TestStrip({ model }: { readonly model: SendModel }) {
  const { loads, arrived, photos } = model;
  const whole = wholeProgress(loads, arrived);
  const left = model.secondsLeft;
  const rest = left === undefined || left === 0 ? "" : t("strip.left", { time: duration(left) });
  const there = useGrowing(photos.length, turn);
  const said = useCalm(t("strip.said", { percent: percent(whole.share), rest }));
  return (
    <section class="panel">
      <h2 class="vh">{t("strip.title")}</h2>
      <p class="vh" aria-live="polite">
        {said}
      </p>
      <ol class="steps">
        <li class="whole">{percent(whole.share)}</li>
        {stages.map((stage) => (
          <Step key={stage} stage={stage} whole={whole} />
        ))}
        <li class="rest">{rest}</li>
      </ol>
      <ol class="queue">
        {photos.slice(0, there).map((photo, i) => (
          <Row
            key={photo.key}
            thumb={thumbOf(photo)}
            n={i + 1}
            size={loads[i]?.bytes ?? 0}
            {...progressOf(loads[i], arrived)}
          />
        ))}
      </ol>
      <p class="caption">{t("strip.keep-open")}</p>
    </section>
  );
}

function progressOf(load: Load | undefined, arrived: SendModel["arrived"]): PhotoProgress {
  return load ? photoProgress(load, arrived) : { strip: 0, encode: 0, seal: 0, upload: 0 };
}

function Step({ stage, whole }: { readonly stage: Stage; readonly whole: Whole }) {
  const { photos, bytes: all } = whole;
  const done = {
    strip: whole.stripped / photos,
    encode: whole.encoded / photos,
    seal: whole.sealed / all,
    upload: whole.sent / all,
  }[stage];
  const count = {
    strip: t("strip.of", { done: whole.stripped, all: photos }),
    encode: t("strip.of", { done: whole.encoded, all: photos }),
    seal: bytesOf(whole.sealed, all),
    upload: bytesOf(whole.sent, all),
  }[stage];
  return (
    <li>
      <div class="t">
        <b>{t(`stage.${stage}`)}</b>
        <span>{count}</span>
      </div>
      <progress class={done < 1 ? "meter now" : "meter"} max={1} value={done} aria-label={t(`stage.${stage}`)} />
    </li>
  );
}

interface RowProps extends PhotoProgress {
  readonly thumb: Blob | undefined;
  readonly n: number;
  readonly size: number;
}

const Row = pure(function Row({ thumb, n, size, ...progress }: RowProps) {
  const { near, ref } = useNear<HTMLLIElement>(n <= atOnce);
  const url = useBlobUrl(near ? thumb : undefined);
  const running = stages.find((stage) => progress[stage] < 1);
  if (!near)
    return (
      <li class="is-far" ref={ref}>
        {t("photo.n", { n })}
      </li>
    );
  return (
    <li ref={ref} data-testid="row">
      <span class="who">
        {url ? <img src={url} alt="" /> : <span class="blank" />}
        <span>
          {t("photo.n", { n })}
          <span class="caption">{bytes(size)}</span>
        </span>
      </span>
      <span class="four" aria-hidden="true">
        {stages.map((stage) => (
          <progress key={stage} class={stage === running ? "meter s now" : "meter s"} max={1} value={progress[stage]} />
        ))}
      </span>
      <span class="doing">{doing(running, progress)}</span>
    </li>
  );
});

function doing(running: Stage | undefined, progress: PhotoProgress): string {
  if (running === undefined) return t("doing.sent");
  return t(`doing.${running}`, { percent: percent(progress[running]) });
}
