// The filmstrip comes late: nobody needs it for the first photo.
import { useEffect, useRef, useState } from "preact/hooks";
import { lazy } from "../lib/lazy.ts";
import { t } from "../lib/words.ts";
import type * as FilmModule from "./film.lazy.ts";
import type { Pictures } from "./pictures.ts";
import { here } from "./place.ts";

/** From then on it does not wait for the first photo any longer, ms. */
const patience = 1200;

/** The strip's element. ready: the first photo is there, or will not come. */
export function useFilm(n: number, current: number, pictures: Pictures, go: (i: number) => void, ready: boolean) {
  const strip = useRef<HTMLElement>(null);
  const film = useRef<FilmModule.Film | undefined>(undefined);
  const latest = useRef({ go, current });
  latest.current = { go, current };
  const [due, setDue] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setDue(true), ready ? 0 : patience);
    return () => clearTimeout(timer);
  }, [ready]);
  useEffect(() => {
    if (!due || n < 2) return undefined;
    let left = false;
    lazy<typeof FilmModule>("film").then(
      ({ Film }) => {
        if (left || !strip.current) return;
        const { small } = pictures;
        film.current = new Film(strip.current, { n, t, small, place: here(), go: (i) => latest.current.go(i) });
        film.current.show(latest.current.current);
      },
      () => {}, // gone after an update: the photos are still there one by one
    );
    return () => {
      left = true;
      film.current?.close();
      film.current = undefined;
    };
  }, [n, pictures, due]);
  useEffect(() => film.current?.show(current)); // after every drawing: a picture may have come
  return strip;
}
