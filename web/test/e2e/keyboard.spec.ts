// The keyboard alone does everything, and text at twice its size still works.
import { expect, type Page, test } from "@playwright/test";
import { choose, part, send, shows, stranger } from "./pages.ts";
import { photo } from "./photos.ts";
import { Site } from "./site.ts";

let site: Site;
test.beforeAll(async () => {
  site = await Site.start("--admit", "open");
});
test.afterAll(() => site.stop());

/** Presses Tab until the element has the focus. */
async function tabTo(page: Page, name: string, most = 60): Promise<void> {
  for (let i = 0; i < most; i++) {
    if (
      await part(page, name)
        .first()
        .evaluate((e) => e === document.activeElement)
    )
      return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not reach ${name}`);
}

test("send and view without a pointer", async ({ page, browser }) => {
  await page.goto(`${site.url}/`);
  await choose(page, [photo("screenshot"), photo("camera")]);
  await expect(part(page, "send")).toBeEnabled();
  await tabTo(page, "send");
  await page.keyboard.press("Enter");
  await expect(part(page, "status")).toHaveAttribute("data-state", "complete");
  const link = ((await part(page, "share-link").textContent()) ?? "").replace(/\s+/g, "");

  const viewer = await stranger(browser);
  await viewer.goto(link);
  await shows(viewer, "view");
  await expect(viewer.getByRole("heading", { level: 1 })).toContainText("1");
  await viewer.keyboard.press("ArrowRight");
  await expect(viewer.getByRole("heading", { level: 1 })).toContainText(/2 of 2/);
  await viewer.keyboard.press("ArrowLeft");
  await expect(viewer.getByRole("heading", { level: 1 })).toContainText(/1 of 2/);
  await viewer.keyboard.press("+");
  await viewer.keyboard.press("0");
  await tabTo(viewer, "download");
});

test("a gate opens with Enter", async ({ page, browser }) => {
  const { link } = await send(page, `${site.url}/`, photo("screenshot"), { views: "1" });
  const viewer = await stranger(browser);
  await viewer.goto(link);
  await expect(part(viewer, "open")).toBeVisible();
  await tabTo(viewer, "open");
  await viewer.keyboard.press("Enter");
  await shows(viewer, "view");
});

test("the viewer swaps preview and view without a jump", async ({ page, browser }) => {
  const { link } = await send(page, `${site.url}/`, photo("camera"));
  const viewer = await stranger(browser);
  await viewer.addInitScript(() => {
    const shifts: number[] = [];
    Object.assign(globalThis, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifts.push((entry as PerformanceEntry & { value: number }).value);
    }).observe({ type: "layout-shift", buffered: true });
  });
  await viewer.goto(link);
  await shows(viewer, "view");
  const shifts = await viewer.evaluate(() => (globalThis as unknown as { shifts: number[] }).shifts);
  expect(shifts.reduce((a, b) => a + b, 0)).toBeLessThan(0.01);
});

test("at 200 % nothing is lost", async ({ browser }) => {
  const page = await stranger(browser, { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 });
  await page.goto(`${site.url}/`);
  await choose(page, photo("screenshot"));
  await expect(part(page, "send")).toBeInViewport();
  expect(
    await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
  ).toBeLessThanOrEqual(0);
});
