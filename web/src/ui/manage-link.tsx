// The view link once more: the manage link contains it.
import { useRef, useState } from "preact/hooks";
import { t } from "../lib/words.ts";
import { copy } from "./device.ts";
import { Icon } from "./icon.tsx";

export function LinkPanel({ link }: { readonly link: string }) {
  const shown = useRef<HTMLElement>(null);
  const [said, setSaid] = useState<"copied" | "select" | undefined>();
  const press = async () => {
    setSaid((await copy(link, shown.current)) ? "copied" : "select");
    setTimeout(() => setSaid(undefined), 2000);
  };
  return (
    <section class="panel">
      <div class="stack tight">
        <h2>{t("link.title")}</h2>
        <p class="small quiet">{t("link.body")}</p>
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
