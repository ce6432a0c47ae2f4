// What the chosen photos give away, one sheet each; files that cannot be sent are read as well.
import { useEffect, useState } from "preact/hooks";
import type { Finding } from "../engine/photo.ts";
import type { Inspected } from "../engine/protocol.ts";
import { t } from "../lib/words.ts";
import type { Inspecting, Looked } from "../model/inspecting.ts";
import { Report } from "./findings.tsx";
import { refusalWords } from "./found-words.ts";
import { useBlobUrl } from "./hooks.ts";
import { Icon } from "./icon.tsx";
import { PhotoInput } from "./send-parts.tsx";
import { bytes } from "./send-words.ts";

interface HeadProps {
  /** Gets the focus where the view before is gone. */
  readonly head: { current: HTMLHeadingElement | null };
}

interface EmptyProps extends HeadProps {
  readonly over: boolean;
  readonly blocked: boolean;
  readonly onFiles: (files: readonly File[]) => void;
}

export function InspectEmpty({ head, over, blocked, onFiles }: EmptyProps) {
  return (
    <section class={over ? "sleeve drop is-over" : "sleeve drop"} aria-labelledby="promise">
      <i class="lamp" aria-hidden="true" />
      <h1 id="promise" ref={head} tabIndex={-1}>
        {t("inspect.title")}
      </h1>
      <p class="lede">{t("inspect.lede")}</p>
      {blocked ? null : (
        <div class="actions">
          <PhotoInput class="btn primary big" anything onFiles={onFiles}>
            {t("inspect.choose")}
          </PhotoInput>
        </div>
      )}
      <p class="hint">{t(blocked ? "inspect.blocked" : over ? "inspect.let-go" : "inspect.drop")}</p>
    </section>
  );
}

const findingsOf = ({ look }: Looked): readonly Finding[] => (look.kind === "read" ? look.inspected.findings : []);

interface FoundProps extends HeadProps {
  readonly model: Inspecting;
  readonly over: boolean;
}

export function InspectFound({ head, model, over }: FoundProps) {
  const { photos } = model;
  // The button that was pressed is gone with its sheet.
  const remove = (key: number) => {
    model.remove(key);
    head.current?.focus();
  };
  const telling = photos.filter((photo) => findingsOf(photo).length > 0).length;
  const reading = photos.some(({ look }) => look.kind === "reading");
  const title = reading
    ? t("inspect.reading")
    : telling > 0
      ? t("inspect.heading", { n: telling })
      : t("inspect.heading-none", { n: photos.length });
  return (
    <div class="stack narrow">
      <div class="bench-head">
        <div>
          <h1 ref={head} tabIndex={-1}>
            {title}
          </h1>
          <p class="quiet small">{t("inspect.local")}</p>
          <p class="vh" role="status">
            {title}
          </p>
        </div>
      </div>
      {photos.map((photo) => (
        <Sheet key={photo.key} photo={photo} onRemove={() => remove(photo.key)} />
      ))}
      <PhotoInput class={over ? "addmore is-over" : "addmore"} anything onFiles={(files) => model.add(files)}>
        <Icon name="plus" />
        <span>{t("inspect.more")}</span>
      </PhotoInput>
      <p class="caption">{t("inspect.limit")}</p>
      <div class="actions">
        <a class="btn primary" href="./">
          {t(telling > 0 ? "inspect.send" : "inspect.send-clean")}
        </a>
        <button type="button" class="btn" onClick={() => model.clear()}>
          {t("inspect.clear")}
        </button>
      </div>
    </div>
  );
}

function Sheet({ photo, onRemove }: { readonly photo: Looked; readonly onRemove: () => void }) {
  const { file, look } = photo;
  return (
    <article class="sheet-one" aria-label={file.name}>
      <header>
        <Shown file={file} />
        <div class="who">
          <h2>{file.name}</h2>
          <p class="caption">{look.kind === "read" ? about(look.inspected, file.size) : bytes(file.size)}</p>
        </div>
        <button
          type="button"
          class="btn icon-only"
          aria-label={t("inspect.remove", { name: file.name })}
          onClick={onRemove}
        >
          <Icon name="close" />
        </button>
      </header>
      <Body look={look} />
    </article>
  );
}

function about({ format, width, height }: Inspected, size: number): string {
  const named = format || t("inspect.file");
  if (width === 0 || height === 0) return t("inspect.about-size", { format: named, size: bytes(size) });
  return t("inspect.about", { format: named, width, height, size: bytes(size) });
}

/** The photo itself, where this browser can show it. */
function Shown({ file }: { readonly file: File }) {
  const url = useBlobUrl(file);
  const [fails, setFails] = useState(false);
  useEffect(() => setFails(false), [file]);
  return (
    <div class="print">
      {url && !fails ? (
        <img src={url} alt={t("inspect.alt", { name: file.name })} onError={() => setFails(true)} />
      ) : (
        <Icon name="photo" />
      )}
    </div>
  );
}

function Body({ look }: { readonly look: Looked["look"] }) {
  switch (look.kind) {
    case "reading":
      return (
        <p class="quiet small" role="status">
          {t("inspect.reading")}
        </p>
      );
    case "failed":
      return <Refused code={look.code} convertible={false} holds={false} />;
    case "read":
      return <Read inspected={look.inspected} />;
    default:
      return look satisfies never;
  }
}

function Read({ inspected: { findings, refusal, convertible, pose } }: { readonly inspected: Inspected }) {
  return (
    <>
      {refusal ? <Refused code={refusal} convertible={convertible} holds={findings.length > 0} /> : null}
      {findings.length > 0 ? (
        <>
          <p class="small">{t("inspect.found", { n: findings.length })}</p>
          <Report findings={findings} />
          {refusal ? null : (
            <p class="caption">
              {t("inspect.would")} {pose ? t("inspect.pose") : null}
            </p>
          )}
        </>
      ) : refusal ? null : (
        <div class="stack tight">
          <h3>{t("inspect.nothing")}</h3>
          <p class="small quiet">{t("inspect.nothing-body")}</p>
        </div>
      )}
    </>
  );
}

interface RefusedProps {
  readonly code: string;
  readonly convertible: boolean;
  /** Something follows that could be read all the same. */
  readonly holds: boolean;
}

function Refused({ code, convertible, holds }: RefusedProps) {
  const { why, advice } = refusalWords(code);
  return (
    <div class="notice" data-testid="error" data-code={code}>
      <Icon name="warn" />
      <div>
        <p>
          {why} {convertible ? t("inspect.convert") : `${t("inspect.refused")} ${advice}`}
        </p>
        {holds ? <p>{t("inspect.read-anyway")}</p> : null}
      </div>
    </div>
  );
}
