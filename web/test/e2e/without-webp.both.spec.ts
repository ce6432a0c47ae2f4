// Browsers whose canvases write no WebP, as Safari's: photos go as JPEG, but screens stay exact and what is seen through stays so.
import fs from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { glass } from "./glass.ts";
import { fileMeans, shownMeans, teachMeans } from "./means.ts";
import { distance, send, shows, stranger } from "./pages.ts";
import { photo } from "./photos.ts";
import { Site } from "./site.ts";

let site: Site;
test.beforeAll(async () => {
  site = await Site.start("--admit", "open");
});
test.afterAll(() => site.stop());

/** They answer with PNG, unasked. */
const without = `{
  const write = OffscreenCanvas.prototype.convertToBlob;
  OffscreenCanvas.prototype.convertToBlob = function (options) {
    return write.call(this, options?.type === "image/webp" ? { type: "image/png" } : options);
  };
}\n`;

/** Sends a file, and opens it elsewhere. */
async function sent(page: Page, viewer: Page, file: string): Promise<string> {
  await page.route(/codec\.worker-/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: without + (await response.text()) });
  });
  const { link } = await send(page, `${site.url}/`, file);
  await viewer.goto(link);
  await shows(viewer, "view");
  const { variants } = JSON.parse((await site.cli("info", "--json", link)).stdout).photos[0];
  return variants.find(({ role }: { role: string }) => role === "view").media;
}

/** Pixels of the view that differ from those of a file. */
async function differing(viewer: Page, file: string): Promise<number> {
  return viewer.evaluate(async (data) => {
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    const image = document.querySelector<HTMLImageElement>('[data-testid="photo"] .shown');
    const right = await createImageBitmap(new Blob([bytes]));
    const pixels = (source: CanvasImageSource) => {
      const context = new OffscreenCanvas(right.width, right.height).getContext("2d");
      context?.drawImage(source, 0, 0);
      return new Uint32Array(context?.getImageData(0, 0, right.width, right.height).data.buffer ?? new ArrayBuffer(0));
    };
    if (!image || image.naturalWidth !== right.width) return Number.POSITIVE_INFINITY;
    const [a, b] = [pixels(image), pixels(right)];
    return a.reduce((sum, value, i) => sum + (value === b[i] ? 0 : 1), 0);
  }, fs.readFileSync(file).toString("base64"));
}

test("a screen stays exact, and a photo goes as JPEG", async ({ page, browser }) => {
  const viewer = await stranger(browser);
  expect(await sent(page, viewer, photo("screenshot"))).toBe("WebP");
  expect(await differing(viewer, photo("screenshot"))).toBe(0);
  expect(await sent(page, viewer, photo("vivid"))).toBe("JPEG");
  await teachMeans(viewer);
  const [right = []] = await fileMeans(viewer, photo("vivid"));
  expect(distance(await shownMeans(viewer), right)).toBeLessThan(3);
  // Control: a photo of the same size that was coded is not exact.
  expect(await sent(page, viewer, photo("telling"))).toBe("JPEG");
  expect(await differing(viewer, photo("telling"))).toBeGreaterThan(1000);
  await viewer.context().close();
});

for (const fades of [false, true])
  test(`what is seen through stays so${fades ? ", half of it too" : ""}`, async ({ page, browser }) => {
    const file = site.file(`glass-${fades}.png`);
    fs.writeFileSync(file, glass(1200, 800, fades));
    const viewer = await stranger(browser);
    expect(await sent(page, viewer, file)).toBe("WebP");
    await teachMeans(viewer);
    for (const paper of ["white", "black"]) {
      const [right = []] = await fileMeans(viewer, file, undefined, paper);
      expect(distance(await shownMeans(viewer, 0, paper), right), `over ${paper}`).toBeLessThan(4);
    }
    const [white = []] = await fileMeans(viewer, file, undefined, "white");
    expect(distance(await shownMeans(viewer, 0, "black"), white), "control: paper is told apart").toBeGreaterThan(40);
    await viewer.context().close();
  });
