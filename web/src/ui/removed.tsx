// The list of what was removed, of all photos together.
import { Fragment } from "preact";
import { useRef } from "preact/hooks";
import type { Finding } from "../engine/photo.ts";
import { t } from "../lib/words.ts";
import type { Photo } from "../model/send-prepare.ts";
import { linesOf, Pictures, Values } from "./findings.tsx";
import { pure } from "./pure.ts";

interface Props {
  readonly photos: readonly Photo[];
  readonly pixelsOnly: boolean;
}

const none: readonly Finding[] = [];
/** Hidden pictures that are shown; the others are counted with what was found. */
const mostPictures = 24;

export function Removed({ photos, pixelsOnly }: Props) {
  const found = useSame(photos.map(({ work }) => ("stripped" in work ? work.stripped.findings : none)));
  return <Found found={found} taken={photos.filter(takenAsSRGB).length} pixelsOnly={pixelsOnly} />;
}

/** The list that was given before, as long as what is in it is the same. */
function useSame<T>(list: readonly T[]): readonly T[] {
  const kept = useRef(list);
  if (kept.current.length !== list.length || list.some((one, i) => kept.current[i] !== one)) kept.current = list;
  return kept.current;
}

interface FoundProps {
  readonly found: readonly (readonly Finding[])[];
  readonly taken: number;
  readonly pixelsOnly: boolean;
}

/** Sorted once, not with every part that arrives: a hundred photos hold thousands of things. */
const Found = pure(function Found({ found, taken, pixelsOnly }: FoundProps) {
  const all = found.flat();
  const of = found.filter((findings) => findings.length > 0).length;
  return (
    <section class="panel" data-testid="removed">
      <div>
        <h2>{t("removed.title")}</h2>
        <p class="small quiet">{summary(all.length, of, found.length - of)}</p>
        {taken > 0 ? <p class="small">{t("removed.as-srgb", { n: taken })}</p> : null}
        {pixelsOnly ? <p class="small quiet">{t("removed.pixels-only")}</p> : null}
      </div>
      {all.length > 0 ? (
        <dl class="facts">
          {linesOf(all).map((line) => (
            <Fragment key={line.group}>
              <dt>{t(`group.${line.group}`)}</dt>
              <dd>
                <Values line={line} most={8} />
                {line.group === "hidden" ? <Pictures findings={all} most={mostPictures} /> : null}
              </dd>
            </Fragment>
          ))}
        </dl>
      ) : null}
    </section>
  );
});

/** Its colours were made without its profile, for good or in what is seen first. */
export function takenAsSRGB({ work }: Pick<Photo, "work">): boolean {
  if (!("stripped" in work)) return false;
  const variants = work.kind === "ready" ? work.variants : [];
  return work.stripped.asSRGB === true || variants.some((variant) => variant.asSRGB);
}

function summary(things: number, of: number, rest: number): string {
  if (things === 0) return t("removed.nothing");
  const sentences = [t("removed.things", { n: things }), t("removed.photos", { n: of })];
  return [...sentences, ...(rest > 0 ? [t("removed.clean", { n: rest })] : [])].join(" ");
}
