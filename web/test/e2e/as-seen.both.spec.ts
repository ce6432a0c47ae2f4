// The preview before sending: the viewer of the link, in a frame of the send page. The guarantee is that it looks as the link
// will: the same elements at the same places, the same pixels, at the size of a phone and of a desktop.
import fs from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { findings, look } from "./look.ts";
import { choose, distance, part, shows, textOf } from "./pages.ts";
import { photo } from "./photos.ts";
import { type Boxes, boxes, misplaced, opened, preview, turnTo, window } from "./seen-page.ts";
import { Site } from "./site.ts";

let site: Site;
test.beforeAll(async () => {
  site = await Site.start("--admit", "open");
});
test.afterAll(() => site.stop());
// A photo that glides is at rest some other time on every machine.
test.use({ contextOptions: { reducedMotion: "reduce" } });

const three = () => [photo("camera"), photo("portrait"), photo("screenshot")];
async function chosen(page: Page, files: string[] = three()): Promise<void> {
  await page.setViewportSize(window);
  await page.goto(`${site.url}/`);
  await choose(page, files);
  await expect(part(page, "edit")).toHaveCount(files.length);
}

/** Mean colours of a picture of the screen, 12 by 12. */
async function painted(page: Page): Promise<number[][]> {
  const host = page.locator(".seen-host");
  const shot = (await host.count()) > 0 ? await host.screenshot() : await page.screenshot();
  return cells(page, shot, 12, "image/png");
}

/** Mean colours of a grid over a picture, every pixel counted. */
function cells(page: Page, file: Buffer, count: number, type: string): Promise<number[][]> {
  return page.evaluate(
    async ([data, n, type]) => {
      const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes], { type }));
      const { width, height } = image;
      const context = new OffscreenCanvas(width, height).getContext("2d");
      context?.drawImage(image, 0, 0);
      const pixels = context?.getImageData(0, 0, width, height).data ?? [];
      const sums = Array.from({ length: n * n }, () => [0, 0, 0, 0]);
      for (let i = 0; i < width * height; i++) {
        const [x, y] = [i % width, Math.floor(i / width)];
        const sum = sums[Math.floor((y * n) / height) * n + Math.floor((x * n) / width)] ?? [];
        for (let c = 0; c < 3; c++) sum[c] = (sum[c] ?? 0) + (pixels[4 * i + c] ?? 0);
        sum[3] = (sum[3] ?? 0) + 1;
      }
      return sums.map(([r = 0, g = 0, b = 0, all = 1]) => [r / all, g / all, b / all]);
    },
    [file.toString("base64"), count, type] as const,
  );
}

/** The largest picture in a photo, as a PNG. */
async function pictured(page: Page, n: number): Promise<Buffer> {
  const data = await part(page, "photo")
    .nth(n)
    .evaluate(async (photo) => {
      const [image] = [...photo.querySelectorAll("img")].sort((a, b) => b.naturalWidth - a.naturalWidth);
      if (!image) throw new Error("nothing is painted");
      const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
      canvas.getContext("2d")?.drawImage(image, 0, 0);
      const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
      return btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ""));
    });
  return Buffer.from(data, "base64");
}

/** The steps that are looked at, in the frame and on the page alike. */
async function steps(page: Page): Promise<{ readonly [step: string]: { boxes: Boxes; colours: number[][] } }> {
  const seen = async () => {
    // Photos fade in, and the pointer that opened something is still there.
    await page.mouse.move(2, 2);
    await page.waitForTimeout(300);
    return { boxes: await boxes(page), colours: await painted(page) };
  };
  await shows(page, "view");
  const room = await seen();
  await page.getByRole("button", { name: "Info" }).click();
  const info = await seen();
  await page.keyboard.press("Escape");
  await page.keyboard.press("ArrowRight");
  await shows(page, "view", 1);
  await page.waitForTimeout(300);
  const second = await seen();
  await page.keyboard.press("g");
  await expect(part(page, "grid-photo").first()).toHaveAttribute("data-sharp", "true");
  const all = await seen();
  await page.keyboard.press("Escape");
  await expect(part(page, "grid")).toBeHidden();
  await page.keyboard.press("Home");
  await expect(page.locator(".pos")).toHaveText("1 of 3");
  return { room, info, second, all };
}

test("it looks as the link will", async ({ page, browser, browserName }) => {
  test.slow();
  await chosen(page);
  await page.emulateMedia({ colorScheme: "dark" });
  await page
    .getByRole("textbox", { name: /Describe/ })
    .first()
    .fill("A yard in the morning, seen from the gate");
  await preview(page);
  const framed: { [screen: string]: Awaited<ReturnType<typeof steps>> } = {};
  for (const screen of ["phone", "desktop"] as const) {
    await turnTo(page, screen);
    framed[screen] = await steps(page);
  }
  await part(page, "seen-close").click();
  await part(page, "send").click();
  await expect(part(page, "status")).toHaveAttribute("data-state", "complete", { timeout: 60_000 });
  const link = await textOf(page, "share-link");

  const real: typeof framed = {};
  for (const screen of ["phone", "desktop"] as const) {
    const viewer = await opened(browser, link, screen);
    real[screen] = await steps(viewer);
    await viewer.context().close();
  }
  for (const screen of ["phone", "desktop"] as const)
    for (const [step, { boxes: there, colours }] of Object.entries(real[screen] ?? {})) {
      const here = framed[screen]?.[step];
      // Firefox cannot be told to be a phone with a finger: what needs a mouse is there on its page.
      const mouse = screen === "phone" && browserName === "firefox" ? /^\.stage \.nav/ : /^$/;
      const wrong = misplaced(here?.boxes ?? {}, there).filter((line) => !mouse.test(line));
      expect(wrong, `${step} on a ${screen}`).toEqual([]);
      expect(Object.keys(there).length, `${step} on a ${screen}: measured`).toBeGreaterThan(4);
      if (mouse.source === "^$")
        expect(distance(here?.colours ?? [], colours), `colours of ${step} on a ${screen}`).toBeLessThan(16);
    }

  // The check can fail: a page of another size, and the other screen, are not the same.
  const wider = await opened(browser, link, "desktop", { width: 1180, height: 800 });
  await shows(wider, "view");
  expect(misplaced(framed.desktop?.room?.boxes ?? {}, await boxes(wider))).not.toEqual([]);
  await wider.context().close();
  const [one, two] = [framed.phone?.room, framed.desktop?.room];
  expect(misplaced(one?.boxes ?? {}, two?.boxes ?? {}).length).toBeGreaterThan(10);
  expect(distance(one?.colours ?? [], two?.colours ?? [])).toBeGreaterThan(60);
});

test("the photos are those that were chosen, in their order, and nothing leaves", async ({ page }) => {
  await chosen(page);
  // The order is changed by keyboard alone, and the focus stays on what moved.
  await page.getByRole("button", { name: "Move photo 3 earlier" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Move photo 2 earlier" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator(".card").first().locator(":focus")).toHaveCount(1);
  await preview(page);
  await shows(page, "view");
  await expect(part(page, "photo")).toHaveCount(3);
  const asked: string[] = [];
  page.on("request", (request) => /^http/.test(request.url()) && asked.push(request.url()));
  const wanted = await cells(page, fs.readFileSync(photo("screenshot")), 4, "image/png");
  expect(distance(await cells(page, await pictured(page, 0), 4, "image/png"), wanted)).toBeLessThan(12);
  await page.keyboard.press("ArrowRight");
  await shows(page, "view", 1);
  const next = await cells(page, fs.readFileSync(photo("camera")), 4, "image/jpeg");
  expect(distance(await cells(page, await pictured(page, 1), 4, "image/png"), next)).toBeLessThan(12);
  // Control: they are not each other.
  expect(distance(next, wanted)).toBeGreaterThan(40);

  // Whatever saves or leads elsewhere says that it is off.
  const downloads: string[] = [];
  page.on("download", (download) => downloads.push(download.url()));
  for (const name of ["download", "grid-open", "grid-download"]) await part(page, name).click();
  await expect(part(page, "seen-said")).toContainText("switched off here");
  await page.keyboard.press("Escape");
  await page.locator(".seen-host .brand").click();
  await turnTo(page, "desktop");
  await page.locator(".seen-host .track").focus();
  await page.keyboard.press("s");
  await expect(part(page, "show-photo")).toBeVisible();
  await part(page, "show-close").click();
  await page.waitForTimeout(300);
  expect(page.url()).toBe(`${site.url}/`);
  expect(downloads).toEqual([]);
  expect(asked).toEqual([]);
});

test("an order made by dragging is the order that is seen", { tag: "@chromium" }, async ({ page }) => {
  await chosen(page);
  const print = page.locator(".card .print");
  await print.nth(1).dragTo(print.first());
  await expect(page.locator(".card").first()).toContainText("1.9 MP");
  await preview(page);
  await shows(page, "view");
  const wanted = await cells(page, fs.readFileSync(photo("portrait")), 4, "image/jpeg");
  expect(distance(await cells(page, await pictured(page, 0), 4, "image/png"), wanted)).toBeLessThan(12);
});

test("what stands before the photos is shown first, and spends nothing", async ({ page }) => {
  await chosen(page, [photo("screenshot")]);
  await part(page, "views").fill("3");
  await part(page, "passphrase").fill("correct horse battery staple");
  await preview(page);
  await expect(page.locator(".seen-host .gate")).toContainText("one of the 3 views");
  await expect(page.locator(".seen-host").getByTestId("passphrase")).toBeVisible();
  expect(await findings(page)).toEqual([]);
  await page.locator(".seen-host").getByTestId("open").click();
  await shows(page, "view");
  await part(page, "seen-gate").check({ force: true });
  await expect(page.locator(".seen-host .gate")).toBeVisible();
  await page.keyboard.press("Escape");
  // Who has to ask is shown how that looks.
  await part(page, "views").fill("");
  await part(page, "passphrase").fill("");
  await page.getByRole("checkbox", { name: /let each viewer in|Ask me first/i }).check({ force: true });
  await preview(page);
  await page.locator(".seen-host").getByTestId("ask").click();
  await expect(page.locator(".seen-host").getByTestId("knock")).toBeVisible();
  await part(page, "seen-photos").check({ force: true });
  await shows(page, "view");
});

test("by keyboard alone", async ({ page }) => {
  await chosen(page);
  await part(page, "as-seen").focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "As they will see it" })).toBeFocused();
  await shows(page, "view");
  const at = page.locator(".seen-host .pos");
  await page.keyboard.press("ArrowRight");
  await expect(at).toHaveText("2 of 3");
  // The arrows of the sizes are those of the sizes.
  await page.keyboard.press("Tab");
  await expect(part(page, "seen-phone")).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await expect(part(page, "seen-screen")).toHaveAttribute("data-as", "desktop");
  await expect(at).toHaveText("2 of 3");
  // Inside, Escape closes what is open there first.
  await page.locator(".seen-host").getByRole("button", { name: "Info" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.locator(".seen-host .info").getByRole("button", { name: "Close" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.locator(".seen-host .info")).toBeHidden();
  await expect(page.getByRole("dialog")).toBeVisible();
  // The focus does not leave the dialog for the page below.
  for (let i = 0; i < 30; i++) {
    await page.keyboard.press("Tab");
    const outside = await page.evaluate(
      () => document.activeElement !== document.body && document.activeElement?.closest("dialog") === null,
    );
    expect(outside).toBe(false);
  }
  await part(page, "seen-close").focus();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
  // Firefox went from the last Tab to the browser's own controls: the page has the focus there, its window has not.
  await expect.poll(() => part(page, "as-seen").evaluate((e) => e === document.activeElement)).toBe(true);
});

test("a zoomed photo follows the pointer, however small the frame is drawn", async ({ page }) => {
  await chosen(page, [photo("screenshot")]);
  await preview(page);
  await shows(page, "view");
  const print = page.locator(".seen-host .print");
  const frame = await page.locator(".seen-host").boundingBox();
  const box = await print.boundingBox();
  if (!frame || !box) throw new Error("nothing is there");
  expect(Number(await part(page, "seen-screen").getAttribute("data-scale"))).toBeLessThan(0.95);
  const [x, y] = [box.x + 0.25 * box.width, box.y + box.height / 2];
  const under = async () => {
    const now = await print.boundingBox();
    return now ? (x - now.x) / now.width : -1;
  };
  await page.mouse.move(x, y);
  for (let i = 0; i < 8; i++) await page.mouse.wheel(0, -100);
  await expect.poll(async () => ((await print.boundingBox())?.width ?? 0) / box.width).toBeGreaterThan(2.4);
  await page.waitForTimeout(300);
  expect(await under()).toBeCloseTo(0.25, 1);
  const before = await print.boundingBox();
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x - 60, y, { steps: 4 });
  await page.mouse.up();
  await expect.poll(async () => (await print.boundingBox())?.x).toBeCloseTo((before?.x ?? 0) - 60, -0.5);
});

test("photos that are still being prepared appear by themselves", async ({ page }) => {
  await page.setViewportSize(window);
  await page.goto(`${site.url}/`);
  await choose(page, [photo("heavy"), photo("screenshot")]);
  await part(page, "as-seen").click();
  await expect(part(page, "seen-said")).toHaveAttribute("data-coming", "0", { timeout: 60_000 });
  await shows(page, "view");
  await page.keyboard.press("g");
  for (const n of [0, 1]) await expect(part(page, "grid-photo").nth(n)).toHaveAttribute("data-sharp", "true");
});

test("looked at", { tag: "@chromium" }, async ({ page }) => {
  test.slow();
  await chosen(page);
  await preview(page);
  await shows(page, "view");
  await look(page, "as-seen-phone");
  await turnTo(page, "desktop");
  expect(await findings(page)).toEqual([]);
  await part(page, "grid-open").click();
  await expect(part(page, "grid")).toBeVisible();
  expect(await findings(page)).toEqual([]);
});
