// Nothing chosen yet: the one sentence, the one button, what happens to a photo, and what this cannot do.
import { t } from "../lib/words.ts";
import { Journey } from "./journey.tsx";
import { PhotoInput } from "./send-parts.tsx";
import { useNextTurn } from "./turns.ts";

interface Props {
  readonly over: boolean;
  readonly blocked: boolean;
  readonly onFiles: (files: readonly File[]) => void;
}

export function SendEmpty({ over, blocked, onFiles }: Props) {
  const later = useNextTurn();
  return (
    <>
      <section class={over ? "sleeve drop is-over" : "sleeve drop"} aria-labelledby="promise">
        <i class="lamp" aria-hidden="true" />
        <h1 id="promise">{t("empty.promise")}</h1>
        <p class="lede">{t("empty.lede")}</p>
        {blocked ? null : (
          <div class="actions">
            <PhotoInput class="btn primary big" onFiles={onFiles}>
              {t("empty.choose")}
            </PhotoInput>
            <PhotoInput class="btn big camera" camera onFiles={onFiles}>
              {t("empty.camera")}
            </PhotoInput>
          </div>
        )}
        <p class="hint" data-testid="status" data-state="choosing">
          {t(blocked ? "empty.blocked" : over ? "empty.let-go" : "empty.drop")}
        </p>
      </section>
      {later ? <Below /> : null}
    </>
  );
}

/** What most see when they scroll: drawn when what they came for is there. */
function Below() {
  return (
    <>
      <Journey />
      <p class="elsewhere">
        <a href="inspect">{t("empty.inspect")}</a>
        <a href="r">{t("empty.request")}</a>
      </p>
      <section class="limits">
        <h2>{t("limits.title")}</h2>
        <ul>
          <li>{t("limits.copy")}</li>
          <li>{t("limits.key")}</li>
          <li>{t("limits.page")}</li>
          <li>{t("limits.see")}</li>
        </ul>
      </section>
    </>
  );
}
