// The manage link after sending: shown to be saved, or on a borrowed device only as a code, and forgotten.
import { useState } from "preact/hooks";
import { t } from "../lib/words.ts";
import { CopyButton } from "./link-box.tsx";
import { Qr } from "./qr.tsx";
import { moment } from "./send-words.ts";

interface Props {
  /** Undefined once it is forgotten. */
  readonly link: string | undefined;
  readonly borrowed: boolean;
  readonly expires: number;
  /** Everything has arrived: before that the page itself needs the key behind the link. */
  readonly complete: boolean;
  readonly onForget: () => void;
}

export function OwnLink(props: Props) {
  const { link, borrowed, expires } = props;
  return (
    <section class="own">
      <h2>{t(link ? "own.title" : "own.forgotten")}</h2>
      {link === undefined ? (
        <p class="small quiet" role="status" data-testid="forgotten">
          {t("own.forgotten-body", { moment: moment(expires) })}
        </p>
      ) : borrowed ? (
        <Passing {...props} link={link} />
      ) : (
        <Kept link={link} />
      )}
    </section>
  );
}

function Kept({ link }: { readonly link: string }) {
  return (
    <>
      <p class="small quiet">{t("own.body")}</p>
      <code data-testid="manage-link" id="manage-link">
        {link}
      </code>
      <div class="actions">
        <CopyButton text={link} shown="manage-link" label={t("own.copy")} class="btn" />
        <a class="btn" href={link} target="_blank" rel="noreferrer">
          {t("own.open")}
        </a>
      </div>
      <p class="caption">{t("own.kept")}</p>
    </>
  );
}

/** Neither text nor clipboard nor a link to press: nothing of it gets into this device's history. */
function Passing({ link, complete, onForget }: Props & { readonly link: string }) {
  const [shown, setShown] = useState(false);
  return (
    <>
      <p class="small quiet">{t("own.hidden")}</p>
      {shown ? <Qr text={link} label={t("own.qr")} /> : null}
      <div class="actions">
        {shown ? null : (
          <button type="button" class="btn" data-testid="show-code" onClick={() => setShown(true)}>
            {t("own.show-code")}
          </button>
        )}
        <button type="button" class="btn danger" data-testid="forget" disabled={!complete} onClick={onForget}>
          {t("own.forget")}
        </button>
      </div>
    </>
  );
}
