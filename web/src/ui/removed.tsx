// The list of what was removed, of all photos together.
import { type FindingKind, findingKinds } from "../engine/photo.ts";
import { t } from "../lib/words.ts";
import type { Photo } from "../model/send-prepare.ts";

/** As many values of a kind as are named; the others are counted. */
const named = 6;

export function Removed({ photos }: { readonly photos: readonly Photo[] }) {
  const found = photos.map(({ work }) => (work.kind === "waiting" ? [] : work.stripped.findings));
  const all = found.flat();
  const of = found.filter((findings) => findings.length > 0).length;
  return (
    <section class="panel" data-testid="removed">
      <div>
        <h2>{t("removed.title")}</h2>
        <p class="small quiet">{summary(all.length, of, photos.length)}</p>
      </div>
      {all.length > 0 ? (
        <dl class="facts">
          {findingKinds.map((kind) => (
            <Kind key={kind} kind={kind} values={all.filter((f) => f.kind === kind).map((f) => f.value)} />
          ))}
        </dl>
      ) : null}
    </section>
  );
}

function summary(things: number, of: number, photos: number): string {
  if (things === 0) return t("removed.nothing");
  const rest = photos - of;
  return [t("removed.things", { n: things }), t("removed.photos", { n: of }), rest > 0 ? t("removed.clean", { n: rest }) : ""].join(" ").trim();
}

function Kind({ kind, values }: { readonly kind: FindingKind; readonly values: readonly string[] }) {
  const each = [...new Set(values)];
  if (each.length === 0) return null;
  const rest = each.length - named;
  return (
    <>
      <dt>{t(`finding.${kind}`)}</dt>
      <dd>
        {each.slice(0, named).map((value, i) => (
          <>
            {i > 0 ? ", " : ""}
            <del>{value}</del>
          </>
        ))}
        {rest > 0 ? t("removed.more", { n: rest }) : ""}
      </dd>
    </>
  );
}
