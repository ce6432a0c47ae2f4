// What photos give away, by group, with the values struck through.
import { Fragment } from "preact";
import { type Finding, type Group, groups } from "../engine/photo.ts";
import { t } from "../lib/words.ts";
import { findingWords } from "./send-words.ts";

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
