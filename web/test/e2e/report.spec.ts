// The report on the send page: what each photo gives away, hidden pictures seen, what has to be converted, what was removed.
import fs from "node:fs";
import { expect, test } from "@playwright/test";
import { look } from "./look.ts";
import { choose, part, shows, stranger, textOf } from "./pages.ts";
import { photo, planted } from "./photos.ts";
import { Site } from "./site.ts";

let site: Site;
test.beforeAll(async () => {
  site = await Site.start("--admit", "open");
});
test.afterAll(() => site.stop());

/** A BMP: 24 bits, red left, blue right. It is never sent as it is. */
function bmp(width = 64, height = 48): Buffer {
  const row = (width * 3 + 3) & ~3;
  const head = Buffer.alloc(54);
  head.write("BM");
  head.writeUInt32LE(54 + row * height, 2);
  head.writeUInt32LE(54, 10);
  head.writeUInt32LE(40, 14);
  head.writeInt32LE(width, 18);
  head.writeInt32LE(height, 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(24, 28);
  const pixels = Buffer.alloc(row * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) pixels[y * row + 3 * x + (x < width / 2 ? 2 : 0)] = 255;
  return Buffer.concat([head, pixels]);
}

test("a card names place, people, device and time, struck through, and shows the hidden picture", async ({ page }) => {
  await page.goto(`${site.url}/`);
  await choose(page, photo("telling"));
  const card = page.locator(".card");
  await expect(card.getByText("It gives away")).toBeVisible();
  for (const value of [planted.latitude, planted.owner, planted.serial, planted.comment])
    await expect(card.locator("del", { hasText: value }).first()).toBeVisible();
  const inner = card.locator(".inner img");
  await expect(inner).toBeVisible();
  expect(await inner.evaluate((img) => (img as HTMLImageElement).naturalWidth)).toBe(160);
  await expect(inner).toHaveAttribute("alt", /160/);
  await card.getByText(/Everything by name/).click();
  await expect(part(page, "finding").filter({ hasText: "Serial number of the camera" })).toContainText(planted.serial);
  await look(page, "report-card");
});

test("after sending it says what was removed, hidden pictures too", async ({ page }) => {
  await page.goto(`${site.url}/`);
  await choose(page, photo("telling"));
  await part(page, "send").click();
  await expect(part(page, "status")).toHaveAttribute("data-state", "complete", { timeout: 60_000 });
  const removed = part(page, "removed");
  expect(await textOf(page, "removed")).toContain(planted.serial);
  await expect(removed.locator(".inner img")).toBeVisible();
  await look(page, "report-removed");
});

test("what has to be converted says so, and is converted when asked", async ({ page, browser }) => {
  const file = site.file("scan.bmp");
  fs.writeFileSync(file, bmp());
  await page.goto(`${site.url}/`);
  await choose(page, [file, photo("screenshot")]);
  await expect(part(page, "convertible")).toHaveAttribute("data-code", "bmp");
  await expect(part(page, "send")).toBeDisabled();
  await expect(page.getByText(/has to be converted or removed first/)).toBeVisible();
  await look(page, "report-convert");
  await part(page, "convert").click();
  await expect(part(page, "convertible")).toHaveCount(0);
  await expect(part(page, "send")).toBeEnabled();
  await part(page, "send").click();
  await expect(part(page, "status")).toHaveAttribute("data-state", "complete", { timeout: 60_000 });
  const link = await textOf(page, "share-link");
  const viewer = await stranger(browser);
  await viewer.goto(link);
  await shows(viewer, "view");
  const got = await site.cli("get", "-o", site.file("converted"), link);
  expect(got.code, got.stderr).toBe(0);
  const [first] = got.stdout.trim().split("\n");
  expect(
    fs
      .readFileSync(first ?? "")
      .subarray(1, 4)
      .toString(),
  ).toBe("PNG");
});

test("a file that cannot be sent is left out, and it says what to do", async ({ page }) => {
  const file = site.file("film.mp4");
  fs.writeFileSync(
    file,
    Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from("ftypmp42\0\0\0\0mp42isom"), Buffer.alloc(64)]),
  );
  await page.goto(`${site.url}/`);
  await choose(page, [file, photo("screenshot")]);
  await expect(part(page, "error")).toHaveAttribute("data-code", "video");
  await expect(part(page, "error")).toContainText("film.mp4");
  await expect(part(page, "error")).toContainText("still picture");
  await expect(part(page, "send")).toBeEnabled();
});
