// The slideshow: one photo after the other, the next one fetched while this one is looked at. It waits while nobody sees it.
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../ui/icon.tsx";
import { MoveIcon } from "./move-icon.tsx";
import type { MoreProps } from "./page-parts.ts";
import { ShowPictures } from "./show-pictures.ts";
import { useDialogKeys } from "./use-dialog-keys.ts";
import { useAwake, useHidden, useStill } from "./use-screen.ts";

export interface ShowProps extends MoreProps {
  readonly close: () => void;
  readonly grid: () => void;
  readonly dialog: HTMLElement;
}

const seconds = [3, 5, 10, 30] as const;

export function Show(p: ShowProps) {
  const { share, t } = p;
  const n = share.photos.length;
  const [at, setAt] = useState(p.current);
  const [playing, setPlaying] = useState(true);
  const [interval, setPause] = useState<number>(5);
  const picture = usePicture(p, at);
  const hidden = useHidden();
  const still = useStill(playing, p.place);
  useAwake(playing && !hidden);
  const play = useRef<HTMLButtonElement>(null);
  useEffect(() => play.current?.focus(), []);
  const now = useRef(at);
  /** By steps from where it is now: keys may come faster than it is drawn. */
  const step = (by: number) => to((now.current + by + n) % n);
  const to = (i: number) => {
    now.current = i;
    setAt(i);
    p.go(i);
  };
  // The time of a photo begins when it is there: on a slow line nobody sees previews fly by.
  const shown = picture.at === at;
  useEffect(() => {
    if (!playing || hidden || !shown) return undefined;
    const timer = setTimeout(() => step(1), interval * 1000);
    return () => clearTimeout(timer);
  });
  useDialogKeys(p.dialog, (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.target instanceof HTMLSelectElement && event.key !== "Escape") return false;
    const back = getComputedStyle(document.documentElement).direction === "rtl" ? 1 : -1;
    const steps: { readonly [key: string]: () => void } = {
      ArrowLeft: () => step(back),
      ArrowRight: () => step(-back),
      Home: () => to(0),
      End: () => to(n - 1),
      k: () => setPlaying((was) => !was),
      s: p.close,
      g: p.grid,
      Escape: p.close,
    };
    const act = steps[event.key];
    act?.();
    return act !== undefined;
  });
  const photo = share.photos[at];
  const alt = photo?.decorative ? "" : photo?.alt || t("room.alt", { i: at + 1, n });
  return (
    <div class={still ? "s-page is-still" : "s-page"}>
      <header class="s-bar">
        <h1 aria-live={playing ? "off" : "polite"} data-testid="show-at" data-at={at} data-shown={shown}>
          {t("room.photo", { i: at + 1, n })}
        </h1>
        <button
          type="button"
          class="btn"
          ref={play}
          data-testid="show-play"
          aria-pressed={!playing}
          onClick={() => setPlaying(!playing)}
        >
          <MoveIcon name={playing ? "pause" : "play"} />
          <span>{t(playing ? "show.pause" : "show.play")}</span>
        </button>
        <label class="s-pace">
          <span>{t("show.pace")}</span>
          <select
            class="input"
            value={`${interval}`}
            data-testid="show-pace"
            onChange={(event) => setPause(Number(event.currentTarget.value))}
          >
            {seconds.map((s) => (
              <option key={s} value={`${s}`}>
                {t("show.seconds", { n: s })}
              </option>
            ))}
          </select>
        </label>
        <button type="button" class="btn icon-only" aria-label={t("close")} data-testid="show-close" onClick={p.close}>
          <Icon name="close" />
        </button>
      </header>
      <div class="s-stage">
        {picture.before ? <img key={picture.before} class="s-before" src={picture.before} alt="" /> : null}
        {picture.url ? (
          <img key={picture.url} class="s-now" src={picture.url} alt={shown ? alt : ""} data-testid="show-photo" />
        ) : null}
        {picture.missing ? <p class="notice">{t("show.missing", { i: at + 1 })}</p> : null}
      </div>
    </div>
  );
}

/** What is on the screen: the photo with the number, or still the one before it. */
function usePicture(p: ShowProps, at: number) {
  const [, render] = useState(0);
  const latest = useRef(p);
  latest.current = p;
  const made = useRef<ShowPictures | undefined>(undefined);
  made.current ??= new ShowPictures(
    () => latest.current,
    () => render((n) => n + 1),
  );
  const pictures = made.current;
  useEffect(() => () => pictures.close(), [pictures]);
  useEffect(() => void pictures.show(at), [pictures, at]);
  return pictures.state;
}
