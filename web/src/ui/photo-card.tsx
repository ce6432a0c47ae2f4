// One chosen photo: the whole picture, what it gives away, its description, its place among the others.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { isEdited } from "../editor/edits.ts";
import { type Finding, role } from "../engine/photo.ts";
import { t } from "../lib/words.ts";
import { type Photo, type Prepare, wordsOf } from "../model/send-prepare.ts";
import { editPhoto } from "./edit-photo.ts";
import { linesOf, Pictures, Report, Values } from "./findings.tsx";
import { refusalWords } from "./found-words.ts";
import { useBlobUrl } from "./hooks.ts";
import { Icon } from "./icon.tsx";
import { useNear } from "./near.ts";
import { pure } from "./pure.ts";
import { bytes } from "./send-words.ts";

interface Props {
  readonly photo: Photo;
  readonly place: number;
  readonly last: boolean;
  readonly prepare: Prepare;
  /** Caption and credit go along. */
  readonly words: boolean;
}

export function thumbOf({ work }: Photo): Blob | undefined {
  return work.kind === "ready" ? work.variants.find((variant) => variant.role === role.thumb)?.blob : undefined;
}

/** The kind of thing that a drag carries within the page. */
const dragged = "application/x-safelight-photo";

/** Drawn at once, before it is known what is near. */
const atOnce = 4;

export const PhotoCard = pure(function PhotoCard({ photo, place, last, prepare, words }: Props) {
  const [over, setOver] = useState(false);
  const { near, ref } = useNear<HTMLLIElement>(place < atOnce);
  const drop = (event: DragEvent) => {
    const key = Number(event.dataTransfer?.getData(dragged));
    setOver(false);
    if (!key) return;
    event.preventDefault();
    event.stopPropagation();
    prepare.move(key, place);
  };
  const allow = (event: DragEvent) => {
    if (!event.dataTransfer?.types.includes(dragged)) return;
    event.preventDefault();
    setOver(true);
  };
  if (!near)
    return (
      <li class="card is-far" ref={ref}>
        {describeFile(photo, place + 1)}
      </li>
    );
  return (
    <li
      class={over ? "card is-over" : "card"}
      data-testid="card"
      ref={ref}
      onDragOver={allow}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Print photo={photo} n={place + 1} />
      <Tools photo={photo} place={place} last={last} prepare={prepare} />
      <div class="body">
        <GivesAway photo={photo} onConvert={() => prepare.convert(photo.key)} />
        <Describe photo={photo} prepare={prepare} />
        {words && "stripped" in photo.work ? <Words photo={photo} prepare={prepare} /> : null}
      </div>
    </li>
  );
});

function Print({ photo, n }: { readonly photo: Photo; readonly n: number }) {
  const url = useBlobUrl(thumbOf(photo));
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dragging is an extra; the buttons below do the same
    <div class="print" draggable onDragStart={(event) => event.dataTransfer?.setData(dragged, String(photo.key))}>
      {url ? <img src={url} alt={photo.alt || t("photo.n", { n })} draggable={false} /> : null}
    </div>
  );
}

function Tools({ photo, place, last, prepare }: Omit<Props, "words">) {
  const n = place + 1;
  const { earlier, later, pressed } = useKeptFocus(place);
  const move = (button: MoveButton, to: number) => {
    pressed.current = button;
    prepare.move(photo.key, to);
  };
  return (
    <div class="tools">
      <span class="n">{describeFile(photo, n)}</span>
      <button
        type="button"
        class="btn icon-only"
        aria-label={t("photo.earlier", { n })}
        ref={earlier}
        disabled={place === 0}
        onClick={() => move(earlier, place - 1)}
      >
        <Icon name="left" />
      </button>
      <button
        type="button"
        class="btn icon-only"
        aria-label={t("photo.later", { n })}
        ref={later}
        disabled={last}
        onClick={() => move(later, place + 1)}
      >
        <Icon name="right" />
      </button>
      <button
        type="button"
        class="btn plain"
        aria-label={t("photo.edit", { n })}
        data-testid="edit"
        disabled={photo.work.kind !== "ready"}
        onClick={() => void editPhoto(photo, n, prepare)}
      >
        {t(isEdited(photo.edits) ? "photo.edited" : "photo.edit-short")}
      </button>
      <button
        type="button"
        class="btn icon-only"
        aria-label={t("photo.remove", { n })}
        onClick={() => prepare.remove(photo.key)}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}

type MoveButton = { current: HTMLButtonElement | null };

/** A card that moves in the page loses the focus of its button: it gets it back, or the other one where it is the last. */
function useKeptFocus(place: number) {
  const [earlier, later] = [useRef<HTMLButtonElement>(null), useRef<HTMLButtonElement>(null)];
  const pressed = useRef<MoveButton | undefined>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it has moved when its place is another one
  useLayoutEffect(() => {
    const { current: button } = pressed;
    pressed.current = undefined;
    const kept = button?.current?.disabled ? (button === earlier ? later : earlier) : button;
    kept?.current?.focus();
  }, [place]);
  return { earlier, later, pressed };
}

function describeFile({ file, work }: Photo, n: number): string {
  if (!("stripped" in work)) return t("photo.file", { n, size: bytes(file.size) });
  const megapixels = (work.stripped.width * work.stripped.height) / 1e6;
  return t("photo.about", {
    n,
    mp: megapixels < 10 ? Math.round(10 * megapixels) / 10 : Math.round(megapixels),
    size: bytes(file.size),
  });
}

function GivesAway({ photo: { work }, onConvert }: { readonly photo: Photo; readonly onConvert: () => void }) {
  switch (work.kind) {
    case "waiting":
      return (
        <div class="gives">
          <h2>{t("gives.looking")}</h2>
        </div>
      );
    case "converting":
      return (
        <div class="gives" role="status">
          <h2>{t("convert.busy")}</h2>
        </div>
      );
    case "refused":
      return <Convert code={work.code} onConvert={onConvert} />;
    case "editing":
      return (
        <div class="gives" role="status">
          <h2>{t("edit.busy")}</h2>
        </div>
      );
    case "stripped":
    case "ready":
      return <Found findings={work.stripped.findings} panorama={work.stripped.pose !== undefined} />;
    default:
      return work satisfies never;
  }
}

/** A photo that cannot be sent as it is: why, what converting does, and the button. */
function Convert({ code, onConvert }: { readonly code: string; readonly onConvert: () => void }) {
  return (
    <div class="gives" data-testid="convertible" data-code={code}>
      <h2>{t("convert.title")}</h2>
      <p class="small quiet">
        {refusalWords(code).why} {t("convert.says")}
      </p>
      <button type="button" class="btn" data-testid="convert" onClick={onConvert}>
        {t("convert.do")}
      </button>
    </div>
  );
}

interface FoundProps {
  readonly findings: readonly Finding[];
  /** How it lies stays with it. */
  readonly panorama: boolean;
}

function Found({ findings, panorama }: FoundProps) {
  if (findings.length === 0)
    return (
      <div class="gives">
        <h2>{t("gives.nothing")}</h2>
        <p class="small quiet">{t("gives.nothing-body")}</p>
      </div>
    );
  return (
    <div class="gives">
      <h2>{t("gives.title")}</h2>
      <ul>
        {linesOf(findings).map((line) => (
          <li key={line.group}>
            <span>{t(`group.${line.group}`)}</span>
            <div>
              <Values line={line} most={5} />
              {line.group === "hidden" ? <Pictures findings={findings} /> : null}
            </div>
          </li>
        ))}
      </ul>
      <Whole findings={findings} />
      {panorama ? (
        <p class="small quiet" data-testid="pose-kept">
          {t("gives.pose")}
        </p>
      ) : null}
    </div>
  );
}

/** All of it by name, drawn only when somebody asks: a hundred photos hold thousands of things. */
function Whole({ findings }: { readonly findings: readonly Finding[] }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="whole" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("gives.all", { n: findings.length })}</summary>
      {open ? <Report findings={findings} /> : null}
    </details>
  );
}

/** Caption and credit as they would go along. */
function Words({ photo, prepare }: { readonly photo: Photo; readonly prepare: Prepare }) {
  const kept = wordsOf(photo);
  return (
    <>
      {(["caption", "credit"] as const).map((field) => (
        <div class="field" key={field}>
          <label for={`${field}-${photo.key}`}>{t(`words.${field}`)}</label>
          <textarea
            class="input"
            id={`${field}-${photo.key}`}
            data-testid={field}
            rows={1}
            maxLength={1000}
            placeholder={t("words.none")}
            value={kept[field]}
            onInput={(event) => prepare.describe(photo.key, { [field]: event.currentTarget.value })}
          />
        </div>
      ))}
    </>
  );
}

function Describe({ photo, prepare }: { readonly photo: Photo; readonly prepare: Prepare }) {
  const id = `alt-${photo.key}`;
  return (
    <div class="field">
      <div class="deco">
        <label for={id}>{t("alt.label")}</label>
        <label class="check">
          <input
            type="checkbox"
            checked={photo.decorative}
            onChange={(event) => prepare.describe(photo.key, { decorative: event.currentTarget.checked })}
          />
          <span>{t("alt.decorative")}</span>
        </label>
      </div>
      <textarea
        class="input"
        id={id}
        rows={2}
        maxLength={1000}
        placeholder={t("alt.hint")}
        disabled={photo.decorative}
        value={photo.alt}
        onInput={(event) => prepare.describe(photo.key, { alt: event.currentTarget.value })}
      />
    </div>
  );
}
