// What photos give away, by group: as short lines with the values struck through, or whole, with names and pictures.
import { Fragment } from "preact";
import { useContext, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Finding, type Group, groups } from "../engine/photo.ts";
import { t } from "../lib/words.ts";
import { findingName, findingWords, pictureWords } from "./found-words.ts";
import { useBlobUrl } from "./hooks.ts";
import { bytes } from "./send-words.ts";
import { ShowBy } from "./show-by.ts";

export interface Line {
  readonly group: Group;
  readonly values: readonly string[];
}

/** One line for each group that has something, each value once. */
export function linesOf(findings: readonly Finding[]): readonly Line[] {
  return groups
    .map((group) => ({ group, values: [...new Set(findings.filter((f) => f.group === group).map(findingWords))] }))
    .filter((line) => line.values.length > 0);
}

/** The first values of a line; the others are counted. */
export function Values({ line, most }: { readonly line: Line; readonly most: number }) {
  const rest = line.values.length - most;
  return (
    <>
      {line.values.slice(0, most).map((value, i) => (
        <Fragment key={value}>
          {i > 0 ? ", " : ""}
          <del>{value}</del>
        </Fragment>
      ))}
      {rest > 0 ? t("removed.more", { n: rest }) : ""}
    </>
  );
}

/** Embedded previews and second pictures, as pictures. */
export function Pictures({ findings, most }: { readonly findings: readonly Finding[]; readonly most?: number }) {
  const shown = findings.filter((finding) => finding.picture !== undefined).slice(0, most);
  if (shown.length === 0) return null;
  return (
    <ul class="inner">
      {shown.map((finding, i) => (
        <Picture key={i} finding={finding} />
      ))}
    </ul>
  );
}

/** The engine hands over stripped bytes; a picture inside a photo has no description. What the browser does not show is converted. */
function Picture({ finding }: { readonly finding: Finding }) {
  const { picture } = finding;
  const blob = useMemo(() => picture && new Blob([picture as Uint8Array<ArrayBuffer>]), [picture]);
  const show = useContext(ShowBy);
  const [made, setMade] = useState<Blob | "failed" | undefined>();
  const stop = useRef<AbortController | undefined>(undefined);
  useEffect(() => {
    setMade(undefined);
    return () => stop.current?.abort(new DOMException("no longer shown", "AbortError"));
  }, [blob]);
  const convert = () => {
    if (!blob || !show || made) return setMade("failed");
    stop.current = new AbortController();
    return void show(blob, stop.current.signal).then(setMade, () => setMade("failed"));
  };
  const url = useBlobUrl(made === "failed" ? undefined : (made ?? blob));
  return url ? (
    <li>
      <img src={url} alt={pictureWords(finding)} onError={convert} />
    </li>
  ) : null;
}

/** Everything that was found, group by group, each thing with its name. */
export function Report({ findings }: { readonly findings: readonly Finding[] }) {
  return (
    <div class="report">
      {groups.map((group) => {
        const here = findings.filter((finding) => finding.group === group);
        return here.length > 0 ? <ReportGroup key={group} group={group} findings={here} /> : null;
      })}
    </div>
  );
}

interface GroupProps {
  readonly group: Group;
  readonly findings: readonly Finding[];
}

function ReportGroup({ group, findings }: GroupProps) {
  return (
    <section>
      <h3>{t(`about.${group}`)}</h3>
      <p class="caption">{t(`about.${group}.why`)}</p>
      <dl>
        {findings.map((finding, i) => (
          <div key={i} data-testid="finding" data-code={finding.code}>
            <dt>{findingName(finding)}</dt>
            <dd>
              {detailOf(finding)}
              <Pictures findings={[finding]} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** The value; where there is none, how much there is of it. */
function detailOf({ value, width, height, bytes: size }: Finding): string {
  const extent = width && height ? `${width} × ${height}` : "";
  const weight = size && !value ? bytes(size) : "";
  return [value, extent, weight].filter((part) => part !== "").join(", ");
}
