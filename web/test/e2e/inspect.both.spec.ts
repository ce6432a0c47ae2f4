// Looking into photos, in every browser: several at once, of formats that it does not show itself, and with the keyboard alone.
import fs from "node:fs";
import { expect, type Locator, type Page, test } from "@playwright/test";
import { look } from "./look.ts";
import { choose, part } from "./pages.ts";
import { photo, planted } from "./photos.ts";
import { Site } from "./site.ts";

let site: Site;
test.beforeAll(async () => {
  site = await Site.start("--admit", "open");
});
test.afterAll(() => site.stop());

const focused = (target: Locator) => target.evaluate((element) => element === document.activeElement);

/** Presses Tab until the element has the focus. */
async function tabTo(page: Page, target: Locator, most = 30): Promise<void> {
  for (let i = 0; i < most; i++) {
    if (await focused(target)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not reach ${target}`);
}

/** The text of one file's sheet. */
const sheet = (page: Page, name: string) => page.getByRole("article", { name, exact: true });

test("several photos, each on a sheet of its own, with the keyboard alone", async ({ page }) => {
  const phone = site.file("IMG_0001.HEIC");
  fs.copyFileSync(photo("phone"), phone);
  const shot = site.file("shot.png");
  fs.copyFileSync(photo("screenshot"), shot);
  const told = site.file("told.jpg");
  fs.copyFileSync(photo("telling"), told);
  const clean = site.file("clean.jpg");
  expect((await site.cli("strip", "-o", clean, told)).code).toBe(0);

  await page.goto(`${site.url}/inspect`);
  const input = part(page, "photo-input");
  await tabTo(page, input);
  await choose(page, [told, shot, phone, clean]);
  const title = page.getByRole("heading", { level: 1 });
  await expect(title).toHaveText("2 photos give this away");
  // The input went with the view that it was in: the keyboard goes on at the head of the new one.
  await expect.poll(() => focused(title)).toBe(true);
  await expect(sheet(page, "told.jpg").getByTestId("finding").filter({ hasText: planted.serial })).toBeVisible();
  await expect(sheet(page, "shot.png").getByTestId("finding").first()).toBeVisible();
  // What the browser does not show is read all the same.
  await expect(sheet(page, "IMG_0001.HEIC").getByText(/^HEIC, 64 × 40/)).toBeVisible();
  for (const name of ["IMG_0001.HEIC", "clean.jpg"]) {
    await expect(sheet(page, name).getByRole("heading", { name: "It gives nothing away", exact: true })).toBeVisible();
    await expect(sheet(page, name).getByTestId("finding")).toHaveCount(0);
  }
  await look(page, `inspect-several-${test.info().project.name}`);

  await tabTo(page, page.getByRole("button", { name: "Remove shot.png" }));
  await page.keyboard.press("Enter");
  await expect(sheet(page, "shot.png")).toHaveCount(0);
  await expect(title).toHaveText("1 photo gives this away");
  await expect.poll(() => focused(title)).toBe(true);
  await tabTo(page, page.getByRole("button", { name: "Remove told.jpg" }));
  await page.keyboard.press("Space");
  await expect(title).toHaveText("2 photos, and they give nothing away");
  await tabTo(page, page.getByRole("button", { name: "Forget these photos" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("article")).toHaveCount(0);
  await expect(title).toHaveText("See what a photo gives away");
  await expect.poll(() => focused(title)).toBe(true);
});

test("pictures inside a phone's photo are seen, though no browser shows their format", async ({ page }) => {
  await page.goto(`${site.url}/inspect`);
  await choose(page, photo("phoneInside"));
  for (const code of ["thumbnail", "auxiliary-picture"]) {
    const inside = page.locator(`[data-testid="finding"][data-code="${code}"] img`);
    await expect
      .poll(() => inside.evaluate((image) => (image as HTMLImageElement).naturalWidth), { timeout: 30_000 })
      .toBe(64);
  }
});

test("twenty at once are read one after the other, and none is left out", async ({ page }) => {
  const files = Array.from({ length: 20 }, (_, i) => {
    const file = site.file(`photo-${i}.png`);
    fs.copyFileSync(photo("screenshot"), file);
    return file;
  });
  await page.goto(`${site.url}/inspect`);
  await choose(page, files);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("20 photos give this away");
  await expect(page.getByRole("article")).toHaveCount(20);
  expect(
    await page
      .getByRole("article")
      .filter({ has: part(page, "finding") })
      .count(),
  ).toBe(20);
});
