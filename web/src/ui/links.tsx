// The links in the head of the pages that need no code.
import { t } from "../lib/words.ts";

const pages = [
  { name: "send", href: "./" },
  { name: "inspect", href: "inspect" },
  { name: "request", href: "r" },
] as const;

export function HeadLinks({ here }: { readonly here: (typeof pages)[number]["name"] }) {
  return (
    <>
      {pages
        .filter(({ name }) => name !== here)
        .map(({ name, href }, i) => (
          <a key={name} href={href} class={i > 0 ? "wide" : ""}>
            {t(`nav.${name}`)}
          </a>
        ))}
    </>
  );
}
