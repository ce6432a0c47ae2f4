// What every state has to pass: axe without findings, no sideways scroll, no word without a catalogue; and a picture of
// it for people, in screens/, at both widths, in light and dark.
import path from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

const screens = path.resolve(path.dirname(new URL(import.meta.url).pathname), "../../screens");

const looks = [
  { name: "1280-light", width: 1280, height: 800, scheme: "light" },
  { name: "1280-dark", width: 1280, height: 800, scheme: "dark" },
  { name: "390-light", width: 390, height: 844, scheme: "light" },
  { name: "390-dark", width: 390, height: 844, scheme: "dark" },
] as const;

/** axe's findings, one line each. */
export async function findings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(" | ")}`);
}

/** Checks the page as it stands, under the name of its state, and photographs it. */
export async function look(page: Page, name: string): Promise<void> {
  for (const { name: how, width, height, scheme } of looks) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await page.waitForTimeout(50);
    expect(await sideways(page), `${name} at ${how} scrolls sideways`).toBe(0);
    await page.screenshot({ path: path.join(screens, `${name}-${how}.png`), fullPage: true });
    if (how === "1280-light" || how === "390-dark") expect(await findings(page), `${name} at ${how}`).toEqual([]);
  }
  await page.setViewportSize({ width: 320, height: 640 });
  expect(await sideways(page), `${name} at 320 px scrolls sideways`).toBe(0);
  await page.emulateMedia({ forcedColors: "active" });
  await page.screenshot({ path: path.join(screens, `${name}-320-forced.png`), fullPage: true });
  await page.emulateMedia({ forcedColors: "none", colorScheme: "light" });
  await page.setViewportSize({ width: 1280, height: 800 });
  expect(await bareKeys(page), `${name} shows keys of the catalogue`).toEqual([]);
}

function sideways(page: Page): Promise<number> {
  return page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth));
}

/** Text that is a key of the catalogue instead of words. */
function bareKeys(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    (document.body.innerText.match(/\b[a-z]+(\.[a-z0-9-]+){1,3}\b/g) ?? []).filter(
      (w) => !/\.(jpg|png|jpeg|webp|pdf|svg|gif|example|onion|org|com)\b/.test(w) && !/^\d/.test(w),
    ),
  );
}
