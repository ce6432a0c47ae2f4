// The filmstrip: one small picture per photo, the lamp under the one on the screen.
import { useEffect, useMemo, useRef } from "preact/hooks";
import { t } from "../lib/words.ts";
import type { Picture, Pictures } from "./pictures.ts";

export interface FilmProps {
  readonly n: number;
  readonly current: number;
  readonly pictures: Pictures;
  readonly go: (i: number) => void;
}

export function Film({ n, current, pictures, go }: FilmProps) {
  const strip = useRef<HTMLElement>(null);
  useEffect(() => {
    const frame = strip.current?.children[current];
    if (!(frame instanceof HTMLElement) || !strip.current) return;
    const middle = frame.offsetLeft + frame.offsetWidth / 2 - strip.current.clientWidth / 2;
    strip.current.scrollTo({ left: middle });
  }, [current]);
  return (
    <nav class="film" aria-label={t("room.photos")} ref={strip}>
      {Array.from({ length: n }, (_, i) => (
        <FilmFrame key={i} i={i} n={n} current={i === current} url={sharpest(pictures.at(i))} go={go} />
      ))}
    </nav>
  );
}

/** A picture that is there anyway is sharper than the preview, and costs no request. */
function sharpest({ shown, preview }: Picture): string | undefined {
  return shown?.url ?? preview;
}

interface FilmFrameProps {
  readonly i: number;
  readonly n: number;
  readonly current: boolean;
  readonly url: string | undefined;
  readonly go: (i: number) => void;
}

function FilmFrame({ i, n, current, url, go }: FilmFrameProps) {
  // Made anew only when it looks different: there may be 2,000 of them.
  return useMemo(
    () => (
      <button
        type="button"
        aria-label={t("room.photo", { i: i + 1, n })}
        aria-current={current ? "true" : undefined}
        onClick={() => go(i)}
      >
        {url ? <img src={url} alt="" loading="lazy" draggable={false} /> : <span class="blank">{i + 1}</span>}
      </button>
    ),
    [i, n, current, url],
  );
}
