// The preview and the page that it shows beforehand, and how both are measured: what has a place of its own, on either.
import { type Browser, expect, type Page } from "@playwright/test";
import { part, stranger } from "./pages.ts";

export const window = { width: 1280, height: 900 };
export const screens = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } } as const;
export type Screen = keyof typeof screens;

export async function preview(page: Page): Promise<void> {
  await part(page, "as-seen").click();
  await expect(part(page, "seen-said")).toHaveAttribute("data-coming", "0", { timeout: 60_000 });
}

export async function turnTo(page: Page, screen: Screen): Promise<void> {
  await part(page, `seen-${screen}`).check({ force: true });
  await expect(part(page, "seen-screen")).toHaveAttribute("data-as", screen);
}

/** What is measured: everything that has a place of its own, on the page or in the frame. */
const measured = [
  ...[".v-top", ".brand", ".pos", '[data-testid="grid-open"]', '[data-testid="download"]', ".v-top .right .btn"],
  ...[".stage", ".stage .nav", ".print", ".print .shown", ".zoomhint", ".film", ".film button", ".film img"],
  ...[".info", ".info h2", ".info .alt", ".info .btn", ".facts dt"],
  ...[".g-top", ".g-top .btn", ".g-cell", ".g-cell img", ".g-mark span", ".g-foot", ".g-foot .btn"],
  ...[".top", ".gate", ".gate h1", ".gate .terms li", ".gate .btn", ".gate .input", ".foot"],
];

export type Boxes = { readonly [name: string]: readonly number[] };

/** Left, top, width and height of what is seen, in the page's own pixels. */
export function boxes(page: Page): Promise<Boxes> {
  return page.evaluate((selectors) => {
    const host = document.querySelector(".seen-host");
    const root = host?.shadowRoot ?? document;
    const { left, top, width } = host?.getBoundingClientRect() ?? { left: 0, top: 0, width: innerWidth };
    const innerSize = width || innerWidth;
    const scale = host ? width / (host as HTMLElement).offsetWidth : 1;
    const seen = selectors.flatMap((selector) =>
      [...root.querySelectorAll(selector)].map((e, i) => [`${selector} ${i}`, e.getBoundingClientRect()] as const),
    );
    return Object.fromEntries(
      seen
        .filter(([, box]) => box.width > 0 && box.right > left + 1 && box.left < left + innerSize - 1)
        .map(([name, b]) => [name, [b.left - left, b.top - top, b.width, b.height].map((n) => n / scale)]),
    );
  }, measured);
}

/** What is not where it is on the other page, by more than two pixels. */
export function misplaced(a: Boxes, b: Boxes): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((name) => {
    const [one, other] = [a[name], b[name]];
    const off = one && other ? Math.max(...one.map((n, i) => Math.abs(n - (other[i] ?? 0)))) : Number.POSITIVE_INFINITY;
    return off > 2 ? [`${name}: ${one?.map(Math.round)} and ${other?.map(Math.round)}`] : [];
  });
}

/** Somebody with the link, on such a screen. */
export async function opened(
  browser: Browser,
  link: string,
  screen: Screen,
  size: { width: number; height: number } = screens[screen],
): Promise<Page> {
  const touch = screen === "phone" && browser.browserType().name() === "chromium";
  const page = await stranger(browser, {
    ...{ viewport: size, reducedMotion: "reduce", colorScheme: "dark" },
    ...(touch ? { isMobile: true, hasTouch: true } : {}),
  });
  await page.goto(link);
  return page;
}
