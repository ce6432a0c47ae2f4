// What comes after the view: tiles while somebody zooms, the original where there are none, pictures that move, a slideshow.
import fs from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { png } from "./apng.ts";
import { movingGif } from "./gif.ts";
import { findings, look } from "./look.ts";
import { many, sendMany } from "./many.ts";
import { part, shows } from "./pages.ts";
import { photo } from "./photos.ts";
import { Site } from "./site.ts";

let site: Site;
test.beforeAll(async () => {
  site = await Site.start("--admit", "open");
});
test.afterAll(() => site.stop());

const tiles = (page: Page) =>
  page.locator(".tiles img").evaluateAll((all) =>
    all.map((e) => {
      const image = e as HTMLImageElement;
      const [at, print] = [image.getBoundingClientRect(), image.closest(".print")?.getBoundingClientRect()];
      return {
        width: image.naturalWidth,
        x: (at.x - (print?.x ?? 0)) / (print?.width ?? 1),
        w: at.width / (print?.width ?? 1),
      };
    }),
  );

/** Sums what the layout moved while something happens. */
async function shifts(page: Page, during: () => Promise<void>): Promise<number> {
  await page.evaluate(() => {
    const shifts: number[] = [];
    Object.assign(globalThis, { shifts });
    if (PerformanceObserver.supportedEntryTypes.includes("layout-shift"))
      new PerformanceObserver((list) => {
        for (const e of list.getEntries()) shifts.push((e as PerformanceEntry & { value: number }).value);
      }).observe({ type: "layout-shift" });
  });
  await during();
  return page.evaluate(() => (globalThis as unknown as { shifts: number[] }).shifts.reduce((a, b) => a + b, 0));
}

/** Presses a key, and has the step that begins take a second and a half. False if none began. */
async function slowly(page: Page, key: string): Promise<boolean> {
  return page.evaluate(async (key) => {
    document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    for (let frames = 0; frames < 20; frames++) {
      const steps = document.querySelector(".zoomer")?.getAnimations() ?? [];
      for (const step of steps) step.updatePlaybackRate(0.1);
      if (steps.length > 0) return true;
      await new Promise((done) => requestAnimationFrame(done));
    }
    return false;
  }, key);
}

test("a photo of 48 megapixels shows the tiles on the screen while zoomed", async ({ page }) => {
  test.setTimeout(180_000);
  const link = await sendMany(site, [photo("huge")]);
  await page.goto(link);
  await shows(page, "view");
  await expect(part(page, "photo").locator(".tiles")).toHaveCount(1, { timeout: 60_000 });
  expect(await tiles(page)).toEqual([]);
  const moved = await shifts(page, async () => {
    for (let i = 0; i < 4; i++) await page.keyboard.press("+");
    await expect.poll(async () => (await tiles(page)).length, { timeout: 30_000 }).toBeGreaterThan(0);
  });
  expect(moved).toBeLessThan(0.01);
  await page.waitForTimeout(500);
  const seen = await tiles(page);
  expect(seen.length).toBeLessThan(30);
  for (const t of seen) {
    expect(t.width, "a tile is of the whole photo's pixels").toBeGreaterThanOrEqual(832);
    expect(t.w).toBeCloseTo(t.width / 8000, 2);
    expect(Math.abs(t.x * 8000 - 1024 * Math.round((t.x * 8000) / 1024)), "where it belongs").toBeLessThan(8);
  }
  expect(await slowly(page, "0"), "a busy device is slower than the debounce").toBe(true);
  await expect.poll(async () => (await tiles(page)).length).toBe(0);
});

test("a photo without tiles shows its original while zoomed", async ({ page }) => {
  const link = await sendMany(site, [photo("camera")]);
  await page.goto(link);
  await shows(page, "view");
  for (let i = 0; i < 4; i++) await page.keyboard.press("+");
  await expect.poll(async () => (await tiles(page))[0]?.width, { timeout: 30_000 }).toBe(2400);
  await expect(part(page, "arriving")).toHaveCount(0);
});

test("a picture that moves plays, and can be paused", async ({ page, browserName }) => {
  fs.writeFileSync(site.file("moves.gif"), movingGif());
  const link = await sendMany(site, [site.file("moves.gif")]);
  await page.goto(link);
  await shows(page, "view");
  await expect(part(page, "motion")).toHaveText("Pause");
  await expect(page.locator("img.moving")).toHaveCount(1);
  await part(page, "motion").click();
  await expect(part(page, "motion")).toHaveText("Play");
  await expect(page.locator("img.moving")).toHaveCount(0);
  const still = page.locator("canvas.moving");
  await expect(still).toHaveCount(1);
  const colour = await still.evaluate((c) => [
    ...((c as HTMLCanvasElement).getContext("2d")?.getImageData(5, 5, 1, 1).data ?? []),
  ]);
  expect(colour, "the first frame").toEqual([255, 0, 0, 255]);
  if (browserName === "chromium") expect(await findings(page)).toEqual([]);
});

for (const moves of [true, false])
  test(
    moves ? "a PNG that moves plays, and can be paused" : "of a PNG that does not move only the beginning is looked at",
    async ({ page }) => {
      const name = site.file(moves ? "moves.png" : "still.png");
      fs.writeFileSync(name, png(moves));
      const link = await sendMany(site, [name]);
      const asked: number[] = [];
      page.on("request", (request) => {
        const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers()["range"] ?? "") ?? [];
        if (to) asked.push(Number(to) - Number(from) + 1);
      });
      await page.goto(link);
      await shows(page, "view");
      await expect.poll(() => asked.length).toBeGreaterThan(1);
      if (!moves) {
        await page.waitForTimeout(1000);
        await expect(part(page, "motion")).toHaveCount(0);
        return;
      }
      await expect(part(page, "motion")).toHaveText("Pause");
      await expect(page.locator("img.moving")).toHaveCount(1);
      await part(page, "motion").click();
      const still = page.locator("canvas.moving");
      const colour = await still.evaluate((c) => [
        ...((c as HTMLCanvasElement).getContext("2d")?.getImageData(5, 5, 1, 1).data ?? []),
      ]);
      expect(colour[2], "the first frame is red").toBeLessThan(10);
      expect(colour[0]).toBeGreaterThan(240);
    },
  );

test("who asked for less motion sees it still at first", { tag: "@chromium" }, async ({ page }) => {
  // Firefox cannot be told so over this protocol.
  fs.writeFileSync(site.file("calm.gif"), movingGif());
  const link = await sendMany(site, [site.file("calm.gif")]);
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto(link);
  await expect(part(page, "motion")).toHaveText("Play");
  await expect(page.locator("img.moving")).toHaveCount(0);
  await part(page, "motion").click();
  await expect(page.locator("img.moving")).toHaveCount(1);
});

test("a slideshow goes on by itself, waits when told, and ends where it was", async ({ page, browserName }) => {
  const link = await sendMany(site, many(5));
  await page.goto(link);
  await shows(page, "view");
  await page.keyboard.press("s");
  const at = part(page, "show-at");
  await expect(at).toHaveAttribute("data-shown", "true");
  await part(page, "show-pace").selectOption("3");
  await expect(at).toHaveAttribute("data-at", "1", { timeout: 8000 });
  await expect(at).toHaveAttribute("data-shown", "true");
  await part(page, "show-play").click();
  await page.waitForTimeout(3600);
  await expect(at).toHaveAttribute("data-at", "1");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect(at).toHaveAttribute("data-at", "3");
  await expect(part(page, "show-photo")).toHaveJSProperty("complete", true);
  if (browserName === "chromium") await look(page, "view-show");
  await page.keyboard.press("Escape");
  await expect(at).toHaveCount(0);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("4 of 5");
});

test("a slideshow waits while nobody sees it", async ({ page }) => {
  const link = await sendMany(site, many(3));
  await page.goto(link);
  await shows(page, "view");
  await page.keyboard.press("s");
  await part(page, "show-pace").selectOption("3");
  await expect(part(page, "show-at")).toHaveAttribute("data-shown", "true");
  const hide = (hidden: boolean) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  await hide(true);
  await page.waitForTimeout(3600);
  await expect(part(page, "show-at")).toHaveAttribute("data-at", "0");
  await hide(false);
  await expect(part(page, "show-at")).toHaveAttribute("data-at", "1", { timeout: 8000 });
});
