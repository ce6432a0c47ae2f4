// What happens to a photo, in four pictures.
import papers from "../../img/papers.jpg";
import { type Key, t } from "../lib/words.ts";

const picture = new URL(papers, import.meta.url).href;
const tags: readonly Key[] = ["journey.place", "journey.time", "journey.device"];

function Tagged({ gone }: { readonly gone: boolean }) {
  return (
    <div class="frame">
      <img src={picture} alt={gone ? "" : t("journey.alt")} width="480" height="320" />
      <ul class="tags" aria-hidden={gone}>
        {tags.map((tag) => (
          <li key={tag} class="tag">
            {gone ? <del>{t(tag)}</del> : t(tag)}
          </li>
        ))}
      </ul>
    </div>
  );
}

export function Journey() {
  return (
    <ol class="journey" aria-label={t("journey.label")}>
      <li>
        <Tagged gone={false} />
        <Words n={1} />
      </li>
      <li>
        <Tagged gone />
        <Words n={2} />
      </li>
      <li>
        <div class="frame closed" />
        <Words n={3} />
      </li>
      <li>
        <div class="frame phone-in">
          <span class="mini room">
            <img src={picture} alt="" width="480" height="320" />
          </span>
        </div>
        <Words n={4} />
      </li>
    </ol>
  );
}

function Words({ n }: { readonly n: 1 | 2 | 3 | 4 }) {
  return (
    <div>
      <h2>{t(`journey.${n}.title`)}</h2>
      <p>{t(`journey.${n}.body`)}</p>
    </div>
  );
}
