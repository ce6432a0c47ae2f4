// Photos are chosen: what each gives away, how it is described, the rules, and the bar that sends.
import { t } from "../lib/words.ts";
import type { SendModel } from "../model/send.ts";
import { parseLifetime, parseViews, type RuleFields } from "../model/send-rules.ts";
import { useAsSeen } from "./as-seen.ts";
import { Icon } from "./icon.tsx";
import { useGrowing } from "./near.ts";
import { PhotoCard } from "./photo-card.tsx";
import { RulesPanel } from "./rules-panel.tsx";
import { LeftOutNotice, PhotoInput } from "./send-parts.tsx";
import { bytes, lifetime, opensTimes } from "./send-words.ts";
import { useNextTurn } from "./turns.ts";

interface Props {
  readonly model: SendModel;
  readonly head: { current: HTMLHeadingElement | null };
  readonly over: boolean;
  readonly onSuggest: () => Promise<void>;
}

/** So many cards are there at once, and so many are begun at a time. */
const first = 4;
const turn = 25;

export function SendChosen({ model, head, over, onSuggest }: Props) {
  const { prepare, photos } = model;
  const there = useGrowing(photos.length, turn, first);
  const later = useNextTurn();
  const asSeen = useAsSeen(model);
  return (
    <>
      <div class="bench">
        <div>
          <div class="bench-head">
            <div>
              <h1 ref={head} tabIndex={-1}>
                {t("chosen.title", { n: photos.length, size: bytes(model.bytes) })}
              </h1>
              <p class="quiet small" data-testid="status" data-state="choosing">
                {t(prepare.looking ? "chosen.looking" : "chosen.ready")}
              </p>
            </div>
            <button
              type="button"
              class="btn"
              data-testid="as-seen"
              disabled={prepare.problem !== undefined}
              onClick={asSeen}
            >
              <Icon name="eye" />
              {t("chosen.as-seen")}
            </button>
          </div>
          <LeftOutNotice files={prepare.leftOut} />
          <ol class="sheet">
            {photos.slice(0, there).map((photo, i) => (
              <PhotoCard
                key={photo.key}
                photo={photo}
                place={i}
                last={i === photos.length - 1}
                prepare={prepare}
                words={model.fields.keepCaption}
              />
            ))}
          </ol>
          <PhotoInput class={over ? "addmore is-over" : "addmore"} onFiles={(files) => prepare.add(files)}>
            <Icon name="plus" />
            <span>{t("chosen.add")}</span>
          </PhotoInput>
        </div>
        <aside class="stack">{later ? <RulesPanel model={model} onSuggest={onSuggest} /> : null}</aside>
      </div>
      <SendBar model={model} />
    </>
  );
}

function SendBar({ model }: { readonly model: SendModel }) {
  const { fields, faults, photos, prepare, site } = model;
  const faulty = Object.keys(faults).length > 0;
  const tooMuch = model.bytes > site.largest;
  const unconverted = prepare.unconverted.length;
  return (
    <div class="bar-send">
      <p>
        {tooMuch ? (
          t("bar.too-much", { size: bytes(site.largest) })
        ) : unconverted > 0 ? (
          t("bar.unconverted", { n: unconverted })
        ) : faulty ? (
          t("bar.faulty")
        ) : (
          <>
            <b>{t("bar.ready")}</b> {rulesInForce(fields)}
          </>
        )}
      </p>
      <button
        type="button"
        class="btn primary big"
        data-testid="send"
        disabled={faulty || tooMuch || unconverted > 0 || prepare.problem !== undefined}
        onClick={() => void model.send()}
      >
        {t("bar.send", { n: photos.length })}
      </button>
    </div>
  );
}

/** The rules once more, in a sentence. */
function rulesInForce(fields: RuleFields): string {
  const ms = parseLifetime(fields.expires);
  const views = parseViews(fields.views);
  if (ms === undefined || views === undefined) return "";
  const others = (["pixelsOnly", "named", "askFirst", "log"] as const).filter((field) => fields[field]);
  const rules = t("bar.rules", {
    opens: opensTimes(views),
    lifetime: lifetime(ms),
    passphrase: fields.passphrase === "" ? t("bar.open") : t("bar.passphrase"),
  });
  return [rules, ...others.map((field) => t(`bar.${field}`))].join(" ");
}
