// Before sending, what stands before the photos, step by step, and what who looks closely at a large photo will see: as the
// link has it afterwards.
import { expect, type Page, test } from "@playwright/test";
import { findings } from "./look.ts";
import { type Means, teachMeans } from "./means.ts";
import { choose, distance, part, shows, stranger, textOf } from "./pages.ts";
import { photo } from "./photos.ts";
import { boxes, misplaced, opened, preview, turnTo, window } from "./seen-page.ts";
import { Site } from "./site.ts";

let site: Site;
test.beforeAll(async () => {
  site = await Site.start("--admit", "open");
});
test.afterAll(() => site.stop());
test.use({ contextOptions: { reducedMotion: "reduce" } });

const passphrase = "correct horse battery staple";

async function chosen(page: Page, file: string): Promise<void> {
  await page.setViewportSize(window);
  await page.goto(`${site.url}/`);
  await choose(page, file);
  await expect(part(page, "edit")).toHaveCount(1);
}

async function send(page: Page): Promise<string> {
  await part(page, "seen-close").click();
  await part(page, "send").click();
  await expect(part(page, "status")).toHaveAttribute("data-state", "complete", { timeout: 60_000 });
  return textOf(page, "share-link");
}

/** Where everything stands, and what it says but for the three words, which are others each time, and times. */
async function seen(page: Page) {
  await page.mouse.move(2, 2);
  await page.waitForTimeout(300);
  const words = await page.locator(".gate").evaluate((gate) => {
    const copy = gate.cloneNode(true) as HTMLElement;
    for (const other of copy.querySelectorAll(".words, .aside, .terms li:last-child")) other.remove();
    return (copy.textContent ?? "").replace(/\s+/g, " ");
  });
  return { boxes: await boxes(page), words };
}

type Seen = Awaited<ReturnType<typeof seen>>;

test("asked first, with a passphrase and few views: every page before the photos", async ({ page, browser }) => {
  await chosen(page, photo("screenshot"));
  await part(page, "views").fill("2");
  await part(page, "passphrase").fill(passphrase);
  await part(page, "ask-first").check();
  await preview(page);
  await turnTo(page, "desktop");
  const framed: { [step: string]: Seen } = {};
  const inside = page.locator(".seen-host");
  await expect(inside.getByTestId("ask")).toBeVisible();
  framed["gate"] = await seen(page);
  await inside.getByTestId("ask").click();
  await expect(inside.getByTestId("knock")).toHaveAttribute("data-state", "waiting");
  framed["door"] = await seen(page);
  await part(page, "seen-words").check({ force: true });
  await expect(inside.getByTestId("words")).toBeVisible();
  framed["words"] = await seen(page);
  await part(page, "seen-admitted").check({ force: true });
  await expect(inside.getByTestId("passphrase")).toBeVisible();
  framed["admitted"] = await seen(page);
  await inside.getByTestId("open").click();
  await shows(page, "view");

  // The link, and a sender who lets in whoever knocks.
  const link = await send(page);
  const viewer = await opened(browser, link, "desktop");
  const real: typeof framed = {};
  await expect(part(viewer, "ask")).toBeVisible();
  real["gate"] = await seen(viewer);
  await part(viewer, "ask").click();
  await expect(part(viewer, "knock")).toHaveAttribute("data-state", "waiting");
  real["door"] = await seen(viewer);
  await page.goto(await textOf(page, "manage-link"));
  await expect(part(viewer, "words")).toBeVisible({ timeout: 30_000 });
  real["words"] = await seen(viewer);
  await part(page, "let-in").click();
  await expect(part(viewer, "passphrase")).toBeVisible({ timeout: 30_000 });
  real["admitted"] = await seen(viewer);
  await part(viewer, "passphrase").fill(passphrase);
  await part(viewer, "open").click();
  await shows(viewer, "view");

  for (const [step, there] of Object.entries(real)) {
    expect(framed[step]?.words, step).toBe(there.words);
    // Words of other lengths are centred elsewhere.
    expect(misplaced(framed[step]?.boxes ?? {}, there.boxes), step).toEqual([]);
    expect(Object.keys(there.boxes).length, `${step}: measured`).toBeGreaterThan(4);
  }
  // Control: no two of them are the same.
  const steps = Object.values(framed);
  expect(new Set(steps.map(({ words }) => words)).size).toBe(4);
  expect(misplaced(framed["gate"]?.boxes ?? {}, framed["admitted"]?.boxes ?? {})).not.toEqual([]);
});

test("what rules do not ask for has no step", async ({ page }) => {
  await chosen(page, photo("screenshot"));
  const steps = () =>
    page.locator(".seen-head input[name=seen-step]").evaluateAll((all) => all.map((e) => e.dataset["testid"]));
  await preview(page);
  await shows(page, "view");
  expect(await steps()).toEqual([]);
  await part(page, "seen-close").click();
  await part(page, "ask-first").check();
  await preview(page);
  await expect.poll(steps).toEqual(["seen-gate", "seen-door", "seen-words", "seen-photos"]);
  // Who was let in sees the photos at once, as nothing else is asked for.
  await part(page, "seen-words").check({ force: true });
  await expect(page.locator(".seen-host").getByTestId("words")).toBeVisible();
  await part(page, "seen-close").click();
  await part(page, "ask-first").uncheck();
  await part(page, "views").fill("1");
  await preview(page);
  await expect.poll(steps).toEqual(["seen-gate", "seen-photos"]);
  await expect(page.locator(".seen-host .gate")).toContainText("last");
});

for (const locale of ["en", "de"])
  test(`on a phone all steps can be reached, in ${locale}`, { tag: "@chromium" }, async ({ browser }) => {
    const page = await stranger(browser, { locale, viewport: { width: 360, height: 740 } });
    await page.goto(`${site.url}/`);
    await choose(page, photo("screenshot"));
    await part(page, "passphrase").fill(passphrase);
    await part(page, "ask-first").check();
    await preview(page);
    const within = () =>
      page.locator(".seen-head label").evaluateAll((all) =>
        all.map((label) => {
          const { left, right } = label.getBoundingClientRect();
          return left >= 0 && right <= innerWidth && label.scrollWidth <= label.clientWidth;
        }),
      );
    expect(await within()).toEqual([true, true, true, true, true]);
    for (const step of ["door", "words", "admitted", "gate"]) {
      await part(page, `seen-${step}`).check({ force: true });
      expect(await findings(page), step).toEqual([]);
    }
    await page.setViewportSize({ width: 240, height: 740 });
    expect(await within(), "control: they would not fit into a narrower one").toContain(false);
    await page.context().close();
  });

/** The tiles on the screen: where each lies, and the mean colours of 4 × 4 cells. */
const tiles = (page: Page) =>
  page.locator(".tiles img").evaluateAll((all) =>
    all
      .map((e) => {
        const image = e as HTMLImageElement;
        const { naturalWidth: width, naturalHeight: height } = image;
        const at = ["left", "top"].map((side) => image.style.getPropertyValue(side)).join(" ");
        const { means } = globalThis as unknown as Means;
        return { at, width, height, cells: means(image, { x: 0, y: 0, width, height }) };
      })
      .sort((a, b) => (a.at < b.at ? -1 : 1)),
  );

async function closely(page: Page): Promise<Awaited<ReturnType<typeof tiles>>> {
  await shows(page, "view");
  await teachMeans(page);
  await expect(part(page, "photo").locator(".tiles")).toHaveCount(1, { timeout: 30_000 });
  expect(await tiles(page)).toEqual([]);
  for (let i = 0; i < 4; i++) await page.keyboard.press("+");
  await expect.poll(async () => (await tiles(page)).length, { timeout: 60_000 }).toBeGreaterThan(1);
  await expect(page.locator(".tiles img.whole")).toHaveCount(0);
  await page.waitForTimeout(500);
  return tiles(page);
}

test("a photo of 48 megapixels has its tiles, the same as behind the link", async ({ page, browser }) => {
  test.setTimeout(180_000);
  await chosen(page, photo("huge"));
  await preview(page);
  await turnTo(page, "desktop");
  await page.locator(".seen-host .track").focus();
  const here = await closely(page);
  await expect(part(page, "seen-said")).not.toContainText("sharper");
  const viewer = await opened(browser, await send(page), "desktop");
  const there = await closely(viewer);
  const places = (all: typeof here) => all.map(({ at, width, height }) => ({ at, width, height }));
  expect(places(here)).toEqual(places(there));
  for (const [i, { at, cells }] of here.entries()) expect(distance(cells, there[i]?.cells ?? []), at).toBe(0);
  // Control: they are not each other.
  const [one, two] = [here[0], there.at(-1)];
  expect(distance(one?.cells ?? [], two?.cells ?? [])).toBeGreaterThan(8);
  await viewer.context().close();
});
