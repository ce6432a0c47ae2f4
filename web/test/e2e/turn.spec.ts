// Turning the page with keys that come faster than the page is drawn, as on a busy device.
import { expect, test } from "@playwright/test";
import { shows } from "./pages.ts";
import { photo } from "./photos.ts";
import { Site } from "./site.ts";

let site: Site;
test.beforeAll(async () => {
  site = await Site.start("--admit", "open");
});
test.afterAll(() => site.stop());

test("every press of an arrow turns a page", async ({ page }) => {
  const sent = await site.cli("send", photo("camera"), photo("screenshot"), photo("portrait"), photo("screenshot", 2));
  expect(sent.code, sent.stderr).toBe(0);
  await page.goto(sent.stdout.trim());
  await shows(page, "view");
  const press = (key: string, times: number) =>
    page.evaluate(
      ([key, times]) => {
        for (let i = 0; i < times; i++) dispatchEvent(new KeyboardEvent("keydown", { key }));
      },
      [key, times] as const,
    );
  await press("ArrowRight", 3);
  await expect(page.locator(".pos")).toHaveText("4 of 4");
  await shows(page, "view", 3);
  await press("ArrowLeft", 2);
  await expect(page.locator(".pos")).toHaveText("2 of 4");
  await page.waitForTimeout(1000);
  await expect(page.locator(".pos"), "after the track has come to rest").toHaveText("2 of 4");
});
