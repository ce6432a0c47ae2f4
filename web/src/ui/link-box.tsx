// A link taken apart, address and key, and the button that copies it whole.
import { useRef, useState } from "preact/hooks";
import { t } from "../lib/words.ts";
import { copy } from "./device.ts";
import { Icon } from "./icon.tsx";

interface LinkProps {
  readonly link: string;
  readonly waiting: boolean;
}

/** Its element with the test id holds the whole link and nothing else. */
export function LinkBox({ link, waiting }: LinkProps) {
  const at = link.indexOf("#");
  return (
    <div class={waiting ? "linkbox waiting" : "linkbox"}>
      <span class="caption" id="link-address">
        {t("links.address")}
      </span>
      <span class="caption" id="link-key">
        {t("links.key")}
      </span>
      <code data-testid="share-link" id="share-link" onCopy={copyWhole}>
        <span class="address">{link.slice(0, at)}</span>
        <span class="key">{link.slice(at)}</span>
      </code>
    </div>
  );
}

/** Address and key stand in boxes of their own; what is copied by hand would have a line break between them. */
function copyWhole(event: ClipboardEvent): void {
  const selected = getSelection()?.toString().replace(/\s+/g, "") ?? "";
  event.clipboardData?.setData("text/plain", selected);
  event.preventDefault();
}

interface CopyProps {
  readonly text: string;
  /** Id of the element that shows the text. */
  readonly shown: string;
  readonly label: string;
  readonly class: string;
}

type Copied = "no" | "yes" | "by-hand";

export function CopyButton({ text, shown, label, class: look }: CopyProps) {
  const [copied, setCopied] = useState<Copied>("no");
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const press = async () => {
    const done = await copy(text, document.getElementById(shown));
    setCopied(done ? "yes" : "by-hand");
    clearTimeout(timer.current);
    if (done) timer.current = setTimeout(() => setCopied("no"), 2000);
  };
  return (
    <>
      <button type="button" class={look} onClick={() => void press()}>
        <Icon name={copied === "yes" ? "check" : "copy"} />
        {copied === "yes" ? t("copied") : label}
      </button>
      <span class="vh" role="status">
        {copied === "yes" ? t("copied") : ""}
      </span>
      {copied === "by-hand" ? (
        <p class="caption" role="status">
          {t("links.by-hand")}
        </p>
      ) : null}
    </>
  );
}
