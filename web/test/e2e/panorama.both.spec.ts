// A panorama: how it lies survives the sending and nothing else of what its file says, and the viewer looks around in it.
import fs from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { findings, look } from "./look.ts";
import { sendMany } from "./many.ts";
import { choose, distance, grid, part, send, shows } from "./pages.ts";
import { photo } from "./photos.ts";
import { Site } from "./site.ts";

let site: Site;
test.use({ viewport: { width: 900, height: 600 } });
test.beforeAll(async () => {
  site = await Site.start("--admit", "open");
});
test.afterAll(() => site.stop());

// What striptest.Sphere paints round the viewer.
const red = [200, 40, 40];
const yellow = [220, 190, 30];
const blue = [30, 60, 200];
const green = [40, 150, 60];
const white = [240, 240, 240];
const black = [16, 16, 16];

/** The colour on the screen at a place of the panorama, beside the grid that is painted on it. */
async function seen(page: Page, x = 0.54, y = 0.56): Promise<readonly number[]> {
  const box = (await page.locator(".around-view").boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  const at = { x: Math.round(box.x + x * box.width), y: Math.round(box.y + y * box.height) };
  const png = await page.screenshot({ clip: { ...at, width: 2, height: 2 } });
  return page.evaluate(
    async (bytes) => {
      const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: "image/png" }));
      const context = new OffscreenCanvas(2, 2).getContext("2d");
      context?.drawImage(bitmap, 0, 0);
      return [...(context?.getImageData(0, 0, 1, 1).data.slice(0, 3) ?? [])];
    },
    [...png],
  );
}

async function expectSeen(page: Page, colour: readonly number[], what: string, x?: number, y?: number): Promise<void> {
  const far = async () => {
    const got = await seen(page, x, y);
    return Math.max(...colour.map((v, i) => Math.abs(v - (got[i] ?? 999))));
  };
  await expect.poll(far, { message: what }).toBeLessThan(30);
}

const opened = (page: Page) => expect(part(page, "around")).toHaveAttribute("data-state", "shown");
const lookOf = async (page: Page) =>
  ((await part(page, "around").getAttribute("data-look")) ?? "").split(" ").map(Number);

async function press(page: Page, key: string, times: number): Promise<void> {
  for (let i = 0; i < times; i++) await page.keyboard.press(key);
}

async function downloaded(page: Page): Promise<string> {
  const saving = page.waitForEvent("download");
  await part(page, "download").click();
  return (await saving).path();
}

/** Firefox says nothing of downloads over this protocol: the command line fetches what the page has sent. */
async function got(link: string): Promise<string> {
  const { stdout } = await site.cli("get", "-o", site.file("got"), link);
  return stdout.trim();
}

/** How many errors a page had, its policy's refusals among them. */
function listen(page: Page): readonly string[] {
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(`${error}`));
  page.on("console", (said) => said.type() === "error" && faults.push(said.text()));
  return faults;
}

// The Firefox of these tests runs without a screen, and there it has no WebGL: it is asked for what comes without.

test("goes from page to page; flat it is the picture, and its file says nothing", async ({
  page,
  browser,
  browserName,
}) => {
  const { link } = await send(page, `${site.url}/`, photo("sphere"), { alt: "a market square" });
  const context = await browser.newContext({ acceptDownloads: true });
  const viewer = await context.newPage();
  const faults = listen(viewer);
  await viewer.goto(link);
  if (browserName === "chromium") await part(viewer, "around-flat").click();
  await shows(viewer, "view");
  await expect(part(viewer, "look-around")).toBeVisible();
  await expect(part(viewer, "around")).toHaveCount(0);
  await expect(viewer.getByRole("img", { name: "a market square" })).toBeVisible();
  const flat = await grid(viewer, 0, 8);
  // A row through the middle: behind, left, ahead, right, behind.
  for (const [i, want] of [blue, green, green, red, red, yellow, yellow, blue].entries())
    expect(distance([flat[3 * 8 + i] ?? []], [want]), `${i} of the flat picture`).toBeLessThan(60);
  const saved = fs.readFileSync(browserName === "chromium" ? await downloaded(viewer) : await got(link));
  for (const word of ["Pano", "adobe", "xmpmeta", "Exif"]) expect(saved.includes(word), word).toBe(false);
  const source = fs.readFileSync(photo("sphere"));
  for (const word of ["Pano", "adobe", "Exif"]) expect(source.includes(word), `control: ${word}`).toBe(true);
  expect(faults).toEqual([]);
  await context.close();
});

test("opens by itself, and turns", { tag: "@chromium" }, async ({ page }) => {
  const faults = listen(page);
  await page.goto(await sendMany(site, [photo("sphere")]));
  await opened(page);
  await expect(part(page, "around")).toHaveAttribute("data-sharp", "", { timeout: 30_000 });
  await expectSeen(page, red, "ahead");
  // One photo alone: the room's own keys turn it.
  await press(page, "ArrowRight", 6);
  await expect.poll(async () => (await lookOf(page))[0]).toBe(90);
  await expectSeen(page, yellow, "a quarter turn to the right");
  await press(page, "ArrowRight", 6);
  await expectSeen(page, blue, "behind");
  await press(page, "ArrowRight", 6);
  await expectSeen(page, green, "to the left");
  await press(page, "0", 1);
  await expectSeen(page, red, "ahead again");
  await press(page, "ArrowUp", 5);
  await expectSeen(page, white, "above");
  await press(page, "ArrowDown", 11);
  await expectSeen(page, black, "below");
  await expect(part(page, "around-said")).toHaveText("Straight ahead, 90° down, 90° wide");
  await press(page, "0", 1);
  await page.getByRole("button", { name: "Turn left" }).focus(); // or the bar hides from a mouse at rest
  await look(page, "view-panorama");
  expect(faults).toEqual([]);
});

test("the preview before sending looks around too", { tag: "@chromium" }, async ({ page }) => {
  await page.goto(`${site.url}/`);
  await choose(page, photo("sphere"));
  await expect(part(page, "pose-kept")).toHaveCount(1);
  await part(page, "as-seen").click();
  await opened(page);
  await expect(part(page, "around")).toHaveAttribute("data-sharp", "", { timeout: 30_000 });
  await expectSeen(page, red, "ahead");
  await page.getByRole("button", { name: "Turn right" }).click();
  await expect.poll(async () => (await lookOf(page))[0]).toBe(15);
});

test("what is no panorama has no button, and is told so", async ({ page }) => {
  const late: string[] = [];
  page.on("request", (request) => late.push(request.url()));
  await page.goto(`${site.url}/`);
  await part(page, "photo-input")
    .first()
    .setInputFiles([photo("unsaid"), photo("sphere")]);
  await expect(part(page, "pose-kept")).toHaveCount(1); // of the two, the one that says so
  await page.goto(await sendMany(site, [photo("unsaid")]));
  await shows(page, "view");
  await expect(page.locator(".tiles")).toHaveCount(1); // what would put the button there has come
  await expect(part(page, "look-around")).toHaveCount(0);
  await expect(part(page, "around")).toHaveCount(0);
  expect(late.filter((url) => url.includes("panorama"))).toEqual([]);
});

test("the keyboard alone looks around, and finds back", { tag: "@chromium" }, async ({ page }) => {
  await page.goto(await sendMany(site, [photo("sphere"), photo("camera")]));
  await shows(page, "view");
  // Among others it waits to be asked: its neighbours are a swipe away.
  await expect(part(page, "look-around")).toHaveText("Look around");
  await expect(part(page, "around")).toHaveCount(0);
  await look(page, "view-panorama-offer");
  await page.emulateMedia({ reducedMotion: null });
  const hasFocus = (name: string) => part(page, name).evaluate((e) => e === document.activeElement);
  for (let i = 0; i < 40 && !(await hasFocus("look-around")); i++) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await opened(page);
  await expect(page.locator(".around-view")).toBeFocused();
  await expect(page.getByRole("application")).toHaveAccessibleName(/panorama to look around in/);
  await expect(page.getByRole("application")).toHaveAccessibleDescription(/Arrows turn/);
  await press(page, "ArrowLeft", 3);
  await expect.poll(async () => (await lookOf(page))[0]).toBe(-45);
  await expect(part(page, "around-said")).toHaveText("45° to the left, level, 90° wide");
  await press(page, "+", 2);
  await expect.poll(async () => (await lookOf(page))[2]).toBeLessThan(70);
  await press(page, "-", 9);
  await expect.poll(async () => (await lookOf(page))[2]).toBe(110);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("1 of 2");
  expect(await findings(page)).toEqual([]);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Turn left" })).toBeFocused();
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Escape");
  await expect(part(page, "around")).toHaveCount(0);
  await expect(part(page, "look-around")).toBeFocused();
  // Left for the next photo while it is open, it is gone; flat again when one comes back.
  await page.keyboard.press("Enter");
  await opened(page);
  await page.keyboard.press("PageDown");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("2 of 2");
  await expect(part(page, "around")).toHaveCount(0);
  await page.keyboard.press("PageUp");
  await expect(part(page, "look-around")).toBeVisible();
});

test("hands turn and zoom it, buttons too", { tag: "@chromium" }, async ({ page }) => {
  await page.goto(await sendMany(site, [photo("sphere")]));
  await opened(page);
  const box = await page.locator(".around-view").boundingBox();
  const [x, y] = [(box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2];
  await expectSeen(page, red, "ahead");
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x - 300, y, { steps: 5 });
  await page.waitForTimeout(150); // held still: no glide
  await page.mouse.up();
  const [turned = 0] = await lookOf(page);
  expect(turned).toBeGreaterThan(20);
  expect(turned).toBeLessThan(45);
  await page.mouse.wheel(0, -600);
  await expect.poll(async () => (await lookOf(page))[2]).toBeLessThan(60);
  await expect(part(page, "photo").first(), "the flat picture below was left alone").toBeVisible();
  expect(await page.locator(".zoomer").first().getAttribute("style")).not.toMatch(/scale\((?!1\))/);
  const touch = await page.context().newCDPSession(page);
  const fingers = (type: "touchStart" | "touchMove" | "touchEnd", ...at: number[]) =>
    touch.send("Input.dispatchTouchEvent", { type, touchPoints: at.map((by, id) => ({ x: x + by, y, id })) });
  const [, , before = 0] = await lookOf(page);
  await fingers("touchStart", -50, 50);
  await fingers("touchMove", -70, 70);
  await fingers("touchMove", -100, 100);
  await fingers("touchEnd");
  await expect.poll(async () => (await lookOf(page))[2], "two fingers, twice as far apart").toBeLessThan(0.6 * before);
  await page.getByRole("button", { name: "Zoom out" }).click();
  await page.getByRole("button", { name: "Turn right" }).click();
  await expect.poll(async () => (await lookOf(page))[0]).toBeGreaterThan(turned);
});

test("a large one is put together of its tiles", { tag: "@chromium" }, async ({ page }) => {
  // Without the view below, what is seen is the tiles alone.
  await page.addInitScript(() => {
    const put = WebGL2RenderingContext.prototype.texSubImage2D as (...all: unknown[]) => void;
    const widths: number[] = [];
    Object.assign(globalThis, { widths });
    WebGL2RenderingContext.prototype.texSubImage2D = function (this: WebGL2RenderingContext, ...all: unknown[]) {
      widths.push((all[6] as ImageBitmap).width);
      if (widths.length > 1) put.apply(this, all);
    } as typeof WebGL2RenderingContext.prototype.texSubImage2D;
  });
  await page.goto(await sendMany(site, [photo("sphereOfTiles")]));
  await opened(page);
  await expect(part(page, "around")).toHaveAttribute("data-whole", "", { timeout: 60_000 });
  const widths = await page.evaluate(() => (globalThis as unknown as { widths: number[] }).widths.slice(1));
  expect(widths.length, "seven by four").toBe(28);
  expect(new Set(widths)).toEqual(new Set([1024]));
  // Where two colours meet, in the middle of the screen: every tile is where it belongs.
  await press(page, "ArrowRight", 3);
  await expectSeen(page, red, "left of where red meets yellow", 0.48);
  await expectSeen(page, yellow, "right of it", 0.52);
  await press(page, "ArrowRight", 6);
  await expectSeen(page, yellow, "left of where yellow meets blue", 0.48);
  await expectSeen(page, blue, "right of it", 0.52);
  await press(page, "ArrowRight", 3);
  await expectSeen(page, blue, "where both ends meet", 0.48);
  await press(page, "ArrowUp", 6);
  await expectSeen(page, white, "above");
});

test("a panorama in which something is covered stays one; one that is turned does not", async ({ page }) => {
  await page.goto(`${site.url}/`);
  await choose(page, photo("sphere"));
  await expect(part(page, "pose-kept")).toHaveCount(1);
  await part(page, "edit").click();
  const area = page.locator(".edit-area");
  await expect.poll(async () => (await area.boundingBox())?.width ?? 0, "the picture is there").toBeGreaterThan(300);
  const { x, y, width, height } = (await area.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  await page.mouse.move(x + 0.4 * width, y + 0.4 * height);
  await page.mouse.down();
  await page.mouse.move(x + 0.5 * width, y + 0.6 * height, { steps: 3 });
  await page.mouse.up();
  await expect(page.locator(".edit-frame.is-black")).toHaveCount(1);
  await part(page, "edit-done").click();
  await expect(page.getByText("Editing, on this device")).toHaveCount(0);
  await expect(part(page, "edit")).toBeEnabled({ timeout: 30_000 });
  await expect(part(page, "pose-kept")).toHaveCount(1);
  await part(page, "edit").click();
  await page.getByRole("button", { name: "Turn right" }).click();
  await part(page, "edit-done").click();
  await expect(part(page, "edit")).toBeEnabled({ timeout: 30_000 });
  await expect(part(page, "pose-kept")).toHaveCount(0);
});

test("where it cannot be it stays flat, and says so when asked", async ({ page }) => {
  await page.addInitScript(() => {
    const real = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, ...more: unknown[]) {
      return kind === "webgl2" ? null : (real as (...all: unknown[]) => unknown).call(this, kind, ...more);
    } as typeof real;
  });
  await page.goto(await sendMany(site, [photo("sphere")]));
  await shows(page, "view");
  await part(page, "look-around").click();
  await expect(page.getByRole("status").filter({ hasText: "cannot show it as a panorama" })).toBeVisible();
  await expect(part(page, "around")).toHaveCount(0);
});

test("a small device shows it smaller; one that gives up shows it flat", { tag: "@chromium" }, async ({ page }) => {
  await page.addInitScript(() => {
    const real = WebGL2RenderingContext.prototype.getParameter;
    const sizes: number[] = [];
    Object.assign(globalThis, { sizes });
    WebGL2RenderingContext.prototype.getParameter = function (name) {
      return name === this.MAX_TEXTURE_SIZE ? 512 : real.call(this, name);
    };
    const reserve = WebGL2RenderingContext.prototype.texStorage2D;
    WebGL2RenderingContext.prototype.texStorage2D = function (...all) {
      sizes.push(all[3]);
      reserve.apply(this, all);
    };
  });
  await page.goto(await sendMany(site, [photo("sphere")]));
  await opened(page);
  await expect(part(page, "around")).toHaveAttribute("data-sharp", "", { timeout: 30_000 });
  await expectSeen(page, red, "ahead");
  const sizes = await page.evaluate(() => (globalThis as unknown as { sizes: number[] }).sizes);
  expect(Math.max(...sizes)).toBe(512);
  await page
    .locator(".around-view")
    .evaluate((e) => (e as HTMLCanvasElement).getContext("webgl2")?.getExtension("WEBGL_lose_context")?.loseContext());
  await expect(part(page, "around")).toHaveCount(0);
  await expect(page.getByRole("status").filter({ hasText: "stopped" })).toBeVisible();
  await expect(part(page, "look-around")).toBeVisible();
});

test("who asked for less motion is asked first", { tag: "@chromium" }, async ({ page }) => {
  // Firefox cannot be told so over this protocol.
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto(await sendMany(site, [photo("sphere")]));
  await shows(page, "view");
  await expect(part(page, "look-around")).toBeVisible();
  await expect(part(page, "around")).toHaveCount(0);
  await part(page, "look-around").click();
  await opened(page);
});
