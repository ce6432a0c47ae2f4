// Many photos: only what is near is drawn, where it belongs, and nothing moves. Counted is what is there; how long it takes is for
// bench/longtasks.mjs.
import { expect, type Page, test } from "@playwright/test";
import { many, sendMany } from "./many.ts";
import { choose, part, shows, slide } from "./pages.ts";
import { Site } from "./site.ts";

const count = 240;
let site: Site;
let link: string;

test.describe.configure({ mode: "default" });
test.beforeAll(async () => {
  test.setTimeout(120_000);
  site = await Site.start("--admit", "open");
  link = await sendMany(site, many(count));
});
test.afterAll(() => site.stop());

/** Slides and frames that exist. */
const drawn = (page: Page) =>
  page.evaluate(() => ({
    slides: document.querySelectorAll('[data-testid="photo"]').length,
    frames: document.querySelectorAll(".film button").length,
  }));

const few = ({ slides, frames }: Awaited<ReturnType<typeof drawn>>) =>
  slides > 0 && slides <= 9 && frames > 0 && frames <= 60;

async function isAt(page: Page, i: number): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toContainText(`${i + 1} of ${count}`);
  await expect(slide(page, i)).toBeInViewport({ ratio: 0.9 });
  const frame = page.locator(".film [aria-current]");
  await expect(frame).toHaveAttribute("data-i", `${i}`);
  await expect(frame).toBeInViewport();
  expect(await page.locator('.film button[tabindex="0"]').count(), "one stop for Tab").toBe(1);
  await expect.poll(async () => few(await drawn(page))).toBe(true);
}

test("only the photos near the one on the screen are there, wherever that is", async ({ page }) => {
  await page.goto(link);
  await shows(page, "view");
  await isAt(page, 0);
  await page.keyboard.press("End");
  await isAt(page, count - 1);
  await shows(page, "view", count - 1);
  await page.keyboard.press("Home");
  await isAt(page, 0);
  for (let i = 0; i < 12; i++) await page.keyboard.press("ArrowRight");
  await isAt(page, 12);
  await expect(page.locator(".viewer > [aria-live]")).toHaveText(`Photo 13 of ${count}`);
  await page.locator('.film button[data-i="15"]').click();
  await isAt(page, 15);
  await page.keyboard.press("ArrowRight");
  await isAt(page, 16);
  // Who goes on by the keyboard from a frame stays in the strip.
  await expect(page.locator('.film button[data-i="16"]')).toBeFocused();
  const all = await page.evaluate((n) => {
    for (let i = 0; i < n; i++) {
      const more = document.querySelector('[data-testid="photo"]')?.cloneNode() as HTMLElement;
      document.querySelector(".track")?.append(more);
    }
  }, count);
  expect(all).toBeUndefined();
  expect(few(await drawn(page)), "control: all of them are not few").toBe(false);
});

test("who swipes on without resting finds each photo", async ({ page }) => {
  await page.goto(link);
  await shows(page, "view");
  for (let i = 1; i <= 10; i++) {
    await page.locator(".track").evaluate((track, i) => {
      track.scrollTo({ left: i * track.clientWidth, behavior: "instant" });
    }, i);
    await expect(slide(page, i)).toBeInViewport({ ratio: 0.9 });
  }
  await isAt(page, 10);
  await shows(page, "view", 10);
});

test("the neighbours are fetched ahead and no others; none for who saves data", async ({ page, browser }) => {
  const asked = (page: Page) => {
    let n = 0;
    page.on("request", (request) => {
      if (request.url().includes("/parts/")) n++;
    });
    return () => n;
  };
  const eager = asked(page);
  await page.goto(link);
  await shows(page, "view");
  await expect.poll(eager).toBe(2);
  await page.keyboard.press("ArrowRight");
  await isAt(page, 1);
  await expect.poll(eager).toBe(3);
  await page.waitForTimeout(500);
  expect(eager()).toBe(3);
  const saver = await browser.newPage();
  const sparing = asked(saver);
  await saver.addInitScript(() =>
    Object.defineProperty(navigator, "connection", { value: { saveData: true }, configurable: true }),
  );
  await saver.goto(link);
  await shows(saver, "view");
  await saver.waitForTimeout(500);
  expect(sparing()).toBe(1);
  await saver.close();
});

interface Shift extends PerformanceEntry {
  readonly value: number;
  readonly sources: readonly { readonly node: Node | null }[];
}

interface Shifts {
  shifts: number[];
}

test("nothing moves while photos come and go", { tag: "@chromium" }, async ({ page }) => {
  // Only Chromium tells what the layout moved.
  await page.addInitScript(() => {
    const shifts: number[] = [];
    Object.assign(globalThis, { shifts });
    new PerformanceObserver((list) => {
      // The bar says how large each original is, in words of different lengths.
      for (const e of list.getEntries() as Shift[])
        if (
          e.sources.some(({ node }) => node?.parentElement?.closest(".viewer") && !node.parentElement.closest(".v-top"))
        )
          shifts.push(e.value);
    }).observe({ type: "layout-shift", buffered: true });
  });
  const moved = () => page.evaluate(() => (globalThis as unknown as Shifts).shifts);
  await page.goto(link);
  await shows(page, "view");
  await expect(page.locator(".film button").first()).toBeVisible();
  for (let i = 1; i <= 6; i++) {
    await page.keyboard.press("ArrowRight");
    await shows(page, "view", i);
  }
  await page.waitForTimeout(500);
  expect(await moved()).toEqual([]);
  await page.locator(".v-top").evaluate((e) => e.style.setProperty("block-size", "200px"));
  await expect.poll(async () => (await moved()).length, "control: a bar that grows moves the photo").toBeGreaterThan(0);
});

test("of many chosen photos only cards and rows near the window are drawn", async ({ page }) => {
  await page.goto(`${site.url}/`);
  const files = many(120);
  await choose(page, [...files]);
  await expect(part(page, "send")).toContainText("120");
  const cards = part(page, "card");
  await expect(page.locator(".sheet > li")).toHaveCount(120);
  await expect.poll(() => cards.count()).toBeGreaterThan(3);
  expect(await cards.count()).toBeLessThan(50);
  await expect(page.locator(".sheet > li").nth(119)).toContainText("120");
  await page.locator(".sheet > li").nth(119).scrollIntoViewIfNeeded();
  await expect(page.locator(".sheet > li").nth(119)).toHaveAttribute("data-testid", "card");
  await expect(page.locator(".sheet > li").nth(0)).not.toHaveAttribute("data-testid", "card");
  expect(await cards.count()).toBeLessThan(50);
  await part(page, "send").click();
  await expect(page.locator(".queue > li")).toHaveCount(120);
  await expect.poll(() => part(page, "row").count()).toBeGreaterThan(3);
  expect(await part(page, "row").count()).toBeLessThan(60);
  await part(page, "cancel").click();
});
