// The view link once more: the manage link contains it.
import { useRef, useState } from "preact/hooks";
import { t } from "../lib/words.ts";
import { copy } from "./device.ts";
import { Icon } from "./icon.tsx";

interface Props {
  readonly link: string;
  /** What it opens: photos, or the page that sends some. */
  readonly what?: "link" | "box-link";
}

export function LinkPanel({ link, what = "link" }: Props) {
  const shown = useRef<HTMLElement>(null);
  const [said, setSaid] = useState<"copied" | "select" | undefined>();
  const press = async () => {
    setSaid((await copy(link, shown.current)) ? "copied" : "select");
    setTimeout(() => setSaid(undefined), 2000);
  };
  return (
    <section class="panel">
      <div class="stack tight">
        <h2>{t(`${what}.title`)}</h2>
        <p class="small quiet">{t(`${what}.body`)}</p>
      </div>
      <code class="shown-link" data-testid="share-link" ref={shown}>
        {link}
      </code>
      <button type="button" class="btn start" data-testid="copy" onClick={press}>
        <Icon name={said === "copied" ? "check" : "copy"} />
        {t(said === "copied" ? "link.copied" : "link.copy")}
      </button>
      <p class="vh" role="status">
        {said ? t(`link.${said === "copied" ? "copied" : "select"}`) : ""}
      </p>
    </section>
  );
}

/** For a borrowed device: what this page keeps of the manage link, and how to be rid of it. */
export function ForgetPanel({ onForget }: { readonly onForget: () => void }) {
  return (
    <section class="panel">
      <div class="stack tight">
        <h2>{t("forget.title")}</h2>
        <p class="small quiet">{t("forget.body")}</p>
      </div>
      <button type="button" class="btn start" data-testid="forget" onClick={onForget}>
        {t("forget.do")}
      </button>
    </section>
  );
}
