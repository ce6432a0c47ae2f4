// Editing before sending: what is covered or cut off is in nothing that leaves the device. By pointer and by keyboard.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { look } from "./look.ts";
import { choose, part, shows, stranger, textOf } from "./pages.ts";
import { photo } from "./photos.ts";
import { bin, Site } from "./site.ts";

let site: Site;
test.beforeAll(async () => {
  site = await Site.start("--admit", "open");
});
test.afterAll(() => site.stop());

async function open(page: Page): Promise<void> {
  await page.goto(`${site.url}/`);
  await choose(page, photo("camera"));
  await part(page, "edit").click();
  await expect(page.getByRole("dialog")).toBeVisible();
}

/** Mean colours of a grid over a JPEG file, by the browser. */
async function cells(page: Page, file: string, count: number): Promise<readonly number[][]> {
  const data = fs.readFileSync(file).toString("base64");
  return page.evaluate(
    async ([bytes, n]) => {
      const image = await createImageBitmap(
        new Blob([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], { type: "image/jpeg" }),
      );
      const canvas = new OffscreenCanvas(n, n);
      const context = canvas.getContext("2d");
      context?.drawImage(image, 0, 0, n, n);
      const pixels = context?.getImageData(0, 0, n, n).data ?? [];
      return Array.from({ length: n * n }, (_, i) => [...pixels.slice(4 * i, 4 * i + 3)]);
    },
    [data, count] as const,
  );
}

async function sent(page: Page, name: string): Promise<string> {
  await expect(part(page, "edit")).toBeEnabled({ timeout: 30_000 });
  await part(page, "send").click();
  await expect(part(page, "status")).toHaveAttribute("data-state", "complete", { timeout: 60_000 });
  const dir = site.file(name);
  const got = await site.cli("get", "-o", dir, await textOf(page, "share-link"));
  expect(got.code, got.stderr).toBe(0);
  return path.join(dir, "photo-001.jpg");
}

const sizeOf = (file: string) => {
  const report = JSON.parse(execFileSync(bin("safelight"), ["inspect", "--json", file]).toString());
  const { width, height } = Array.isArray(report) ? report[0] : report;
  return [width, height];
};

test("blacked out by pointer, turned: nothing of it arrives", async ({ page, browser, browserName }) => {
  await open(page);
  const area = page.locator(".edit-area");
  const box = await area.boundingBox();
  if (!box) throw new Error("there is no picture to draw on");
  const { x, y, width, height } = box;
  await page.mouse.move(x + 0.25 * width, y + 0.25 * height);
  await page.mouse.down();
  await page.mouse.move(x + 0.76 * width, y + 0.76 * height, { steps: 4 });
  await page.mouse.up();
  await expect(page.locator(".edit-frame.is-black")).toHaveCount(1);
  await page.getByRole("button", { name: "Turn right" }).click();
  await part(page, "edit-done").click();
  await expect(page.getByRole("dialog")).toBeHidden();

  const file = await sent(page, `black-${browserName}`);
  expect(sizeOf(file)).toEqual([1600, 2400]);
  const arrived = await cells(page, file, 4);
  const dark = arrived.map((rgb) => Math.max(...rgb) < 12);
  // The inner cells are black, the outer ones are not.
  expect(dark).toEqual([0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0].map(Boolean));

  // And whoever opens the link sees the same in every variant.
  const other = await stranger(browser);
  await other.goto(await textOf(page, "share-link"));
  await shows(other);
  const middle = await part(other, "photo")
    .first()
    .evaluate((photo) =>
      [...photo.querySelectorAll("img")]
        .filter((img) => img.naturalWidth > 0)
        .map((img) => {
          const canvas = new OffscreenCanvas(1, 1);
          const context = canvas.getContext("2d");
          const [w, h] = [img.naturalWidth, img.naturalHeight];
          context?.drawImage(img, w * 0.45, h * 0.45, w * 0.1, h * 0.1, 0, 0, 1, 1);
          return Math.max(...(context?.getImageData(0, 0, 1, 1).data.slice(0, 3) ?? [255]));
        }),
    );
  expect(middle.length).toBeGreaterThan(0);
  for (const brightest of middle) expect(brightest).toBeLessThan(24);
  await other.context().close();
});

test("cut and blurred by the keyboard alone", async ({ page, browserName }) => {
  await open(page);
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("radio", { name: "Crop" }).focus();
  await page.keyboard.press("Space");
  await dialog.getByRole("button", { name: "Add a box" }).focus();
  await page.keyboard.press("Enter");
  const frame = dialog.getByRole("button", { name: /What stays of the photo/ });
  await frame.focus();
  for (let i = 0; i < 10; i++) await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Shift+ArrowLeft");
  await dialog.getByRole("radio", { name: "Blur" }).focus();
  await page.keyboard.press("Space");
  await expect(dialog.getByRole("status")).toContainText("can sometimes be undone");
  await dialog.getByRole("button", { name: "Add a box" }).focus();
  await page.keyboard.press("Enter");
  await expect(dialog.getByRole("listitem")).toHaveCount(1);
  await dialog.getByTestId("edit-done").focus();
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(part(page, "edit")).toHaveText("Edited");
  const file = await sent(page, `cut-${browserName}`);
  const [width, height] = sizeOf(file);
  expect(width).toBeGreaterThan(1870);
  expect(width).toBeLessThan(1910);
  expect(height).toBe(1280);
});

test("undo, start over, cancel and remove leave the photo as it was", async ({ page }) => {
  await open(page);
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Add a box" }).click();
  await dialog.getByRole("button", { name: "Undo" }).click();
  await expect(dialog.getByRole("listitem")).toHaveCount(0);
  await dialog.getByRole("button", { name: "Add a box" }).click();
  await page.locator(".edit-frame").focus();
  await page.keyboard.press("Delete");
  await expect(dialog.getByRole("listitem")).toHaveCount(0);
  await dialog.getByRole("button", { name: "Turn left" }).click();
  await dialog.getByRole("button", { name: "Start over" }).click();
  await expect(dialog.getByRole("button", { name: "Start over" })).toBeDisabled();
  await dialog.getByRole("button", { name: "Add a box" }).click();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(part(page, "edit")).toHaveText("Edit");
  await expect(part(page, "edit")).toBeFocused();
});

test("the editor, looked at", async ({ page, browserName }) => {
  if (browserName === "firefox") return; // emulateMedia does not work there; look.ts is for Chromium
  await open(page);
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Add a box" }).click();
  await dialog.getByRole("radio", { name: "Crop" }).check({ force: true });
  await dialog.getByRole("button", { name: "Add a box" }).click();
  await look(page, "edit");
});
