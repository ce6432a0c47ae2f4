// Pictures are right whatever the browser has: its own codecs, none for workers, or a canvas that lies.
import fs from "node:fs";
import path from "node:path";
import { type Browser, expect, type Page, test } from "@playwright/test";
import { glass } from "./glass.ts";
import { fileMeans, shownMeans, teachMeans } from "./means.ts";
import { choose, distance, grid, part, send, shows, stranger, textOf } from "./pages.ts";
import { photo, withoutProfile } from "./photos.ts";
import { Site } from "./site.ts";
import { type Trouble, troubled, troubles } from "./troubles.ts";

let site: Site;
test.beforeAll(async () => {
  site = await Site.start("--admit", "open");
});
test.afterAll(() => site.stop());

const fine = 64;

/** Means of 16 × 16 cells: browsers that scale by factors like these in one go take samples. */
function coarse(cells: number[][]): number[][] {
  return Array.from({ length: 16 }, (_, i) =>
    [0, 1, 2].map((colour) => {
      let sum = 0;
      for (let n = 0; n < 256; n++) {
        const [x, y] = [16 * (i % 4) + (n % 16), 16 * (i >> 2) + (n >> 4)];
        sum += cells[fine * y + x]?.[colour] ?? Number.NaN;
      }
      return sum / 256;
    }),
  );
}

const seenBy = async (viewer: Page, n: number) => coarse(await grid(viewer, n, fine));

/** Mean colours of a photo as a browser decodes it. */
async function truth(browser: Browser, file: string): Promise<number[][]> {
  const page = await stranger(browser);
  await page.goto(`${site.url}/s`);
  const base64 = fs.readFileSync(file).toString("base64");
  const cells = await page.evaluate(
    async ([text, count]) => {
      const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes]));
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = count;
      const context = canvas.getContext("2d");
      if (!context) throw new Error("no canvas");
      context.imageSmoothingQuality = "high";
      context.drawImage(bitmap, 0, 0, count, count);
      const { data } = context.getImageData(0, 0, count, count);
      return Array.from({ length: count * count }, (_, i) => [...data.slice(i * 4, i * 4 + 3)]);
    },
    [base64, fine] as const,
  );
  await page.context().close();
  return coarse(cells);
}

/** Goes through the photos of a share: each shows what its file does, and not what another does. */
async function compare(browser: Browser, link: string, files: readonly string[]): Promise<void> {
  const viewer = await stranger(browser);
  await viewer.goto(link);
  const wrong = await truth(browser, photo("camera", 2));
  for (const [i, file] of files.entries()) {
    await shows(viewer, "view", i);
    const seen = await seenBy(viewer, i);
    expect(distance(seen, await truth(browser, file)), path.basename(file)).toBeLessThan(12);
    expect(distance(seen, wrong), "another photo is told apart").toBeGreaterThan(24);
    await viewer.keyboard.press("ArrowRight");
  }
  await viewer.context().close();
}

const kinds = ["camera", "portrait", "heavy", "screenshot", "telling"] as const;

for (const trouble of Object.keys(troubles) as Trouble[])
  test(`what is seen is what was sent, with ${trouble} in the way`, async ({ page, browser }) => {
    test.setTimeout(240_000);
    const loaded = await troubled(page, trouble);
    const files = kinds.map((kind) => photo(kind));
    const { link } = await send(page, `${site.url}/`, files);
    const foreign = trouble === "no OffscreenCanvas" || trouble === "random pixels";
    expect(loaded.some((url) => url.includes("codec-mozjpeg"))).toBe(foreign);
    await compare(browser, link, files);
  });

for (const trouble of ["nothing", "random pixels", "no OffscreenCanvas"] as const)
  test(`colours beyond sRGB stay what they are, with ${trouble} in the way`, async ({ page, browser }) => {
    test.setTimeout(240_000);
    await troubled(page, trouble);
    const files = [photo("vivid"), photo("vividScreen"), photo("telling")];
    const { link } = await send(page, `${site.url}/`, files);
    const viewer = await stranger(browser);
    await viewer.goto(link);
    await teachMeans(viewer);
    for (const [i, file] of files.entries()) {
      await shows(viewer, "view", i);
      const seen = await shownMeans(viewer, i);
      const [right = []] = await fileMeans(viewer, file);
      expect(distance(seen, right), path.basename(file)).toBeLessThan(3);
      const [same = []] = await fileMeans(viewer, withoutProfile(file));
      expect(distance(seen, same), "the same numbers in sRGB are told apart").toBeGreaterThan(i === 2 ? 4 : 12);
      await viewer.keyboard.press("ArrowRight");
    }
    await viewer.context().close();
  });

test("all eight orientations come out upright", async ({ page, browser }) => {
  test.setTimeout(240_000);
  const files = [1, 2, 3, 4, 5, 6, 7, 8].map((turn) => photo("turned", 1, turn));
  const { link } = await send(page, `${site.url}/`, files);
  await compare(browser, link, files);
});

/** What the command line finds in a share. */
async function holds(link: string): Promise<readonly { role: string; media: string; width: number; bytes: number }[]> {
  const { stdout } = await site.cli("info", "--json", link);
  return JSON.parse(stdout).photos[0].variants;
}

test("new pixels are the same whatever made them, and fewer", async ({ page, browser }) => {
  const made: unknown[] = [];
  for (const trouble of ["nothing", "random pixels"] as const) {
    await page.unrouteAll();
    await troubled(page, trouble);
    await page.goto(`${site.url}/`);
    await choose(page, photo("camera"));
    await part(page, "pixels-only").check();
    await part(page, "send").click();
    await expect(part(page, "status")).toHaveAttribute("data-state", "complete", { timeout: 60_000 });
    const link = await textOf(page, "share-link");
    const variants = await holds(link);
    expect(variants.map(({ role }) => role)).toEqual(["thumb", "view"]);
    expect(variants[1]).toMatchObject({ media: "WebP", width: 2048 });
    made.push(variants);
    await compare(browser, link, [photo("camera")]);
  }
  expect(made[1], "the same bytes by the browser's decoder and by the one that comes with the page").toEqual(made[0]);
});

test("a share ends with the original and a view in two formats where this browser has two", async ({ page }) => {
  await page.goto(`${site.url}/`);
  await page.waitForTimeout(3000); // somebody chooses; the codecs practise meanwhile
  await choose(page, photo("camera"));
  await part(page, "send").click();
  await expect(part(page, "status")).toHaveAttribute("data-state", "complete", { timeout: 60_000 });
  const variants = await holds(await textOf(page, "share-link"));
  const views = variants.filter(({ role }) => role === "view");
  expect(variants.filter(({ role }) => role === "original")).toHaveLength(1);
  expect(views.map(({ width }) => width)).toEqual(views.map(() => 1280));
  expect(new Set(views.map(({ media }) => media)).size).toBe(views.length);
  expect(views.map(({ media }) => media)).toContain("WebP");
});

/** A view as its browser shows it, beside its file, over white and over black. */
async function compareClear(viewer: Page, file: string): Promise<void> {
  await teachMeans(viewer);
  await shows(viewer, "view");
  const over = async (paper: string) => {
    const [right = []] = await fileMeans(viewer, file, undefined, paper);
    return [await shownMeans(viewer, 0, paper), right] as const;
  };
  const [white, rightWhite] = await over("white");
  const [black, rightBlack] = await over("black");
  expect(distance(white, rightWhite)).toBeLessThan(3);
  expect(distance(black, rightBlack)).toBeLessThan(3);
  expect(distance(white, rightBlack), "something is seen through it").toBeGreaterThan(40);
}

test("transparency is kept, in AVIF where that is smaller and right everywhere", async ({ playwright, browser }) => {
  test.setTimeout(120_000);
  // The one whose AV1 is smaller.
  const small = await playwright.firefox.launch({ channel: "moz-firefox", executablePath: "/usr/bin/firefox-esr" });
  try {
    for (const fades of [false, true]) {
      const file = site.file(`glass-${fades}.png`);
      fs.writeFileSync(file, glass(1200, 800, fades));
      const { link } = await send(await small.newPage(), `${site.url}/`, file);
      const views = (await holds(link)).filter(({ role }) => role === "view");
      expect(views.map(({ media }) => media)).toEqual(fades ? ["WebP"] : ["WebP", "AVIF"]);
      const viewer = await stranger(browser);
      await viewer.goto(link);
      await compareClear(viewer, file);
      await viewer.context().close();
    }
  } finally {
    await small.close();
  }
});

for (const trouble of ["nothing", "random pixels"] as const)
  test(`HEIC is seen by everybody, with ${trouble} in the way`, async ({ page, browser }) => {
    const loaded = await troubled(page, trouble);
    const { link } = await send(page, `${site.url}/`, photo("phone"));
    expect(loaded.some((url) => url.includes("codec-libheif"))).toBe(true);
    const kept = (await holds(link)).map(({ role, media }) => `${role} ${media}`);
    expect(kept).toEqual(expect.arrayContaining(["original HEIC", "thumb WebP", "view WebP"]));
    const viewer = await stranger(browser);
    await viewer.goto(link);
    await shows(viewer, "view");
    const cells = await seenBy(viewer, 0);
    const strongest = (cell: number) => (cells[cell] ?? []).indexOf(Math.max(...(cells[cell] ?? [])));
    expect(
      [strongest(0), strongest(12), strongest(3), strongest(15)],
      "green above, red below, blue to the right",
    ).toEqual([1, 0, 2, 2]);
  });

/** The same numbers of Display P3 with a gamma of 2.2, in sRGB. */
function fromP3(colour: readonly number[]): number[] {
  const [r = 0, g = 0, b = 0] = colour.map((v) => (v / 255) ** 2.2);
  const linear = [1.2249 * r - 0.2249 * g, -0.0421 * r + 1.0421 * g, -0.0196 * r - 0.0786 * g + 1.0983 * b];
  return linear.map((v) => 255 * (v < 0.0031 ? 12.92 * Math.max(0, v) : 1.055 * Math.min(1, v) ** (1 / 2.4) - 0.055));
}

/** How far colours are from one another on average. */
function apart(a: number[][], b: number[][]): number {
  const all = a.flatMap((colour, i) => colour.map((v, j) => Math.abs(v - (b[i]?.[j] ?? 999))));
  return all.reduce((sum, v) => sum + v, 0) / all.length;
}

for (const trouble of ["nothing", "random pixels"] as const)
  test(`HEIC in Display P3 is seen in its colours, with ${trouble} in the way`, async ({ page, browser }) => {
    await troubled(page, trouble);
    const { link } = await send(page, `${site.url}/`, [photo("softPhone"), photo("vividPhone")]);
    const viewer = await stranger(browser);
    await viewer.goto(link);
    await teachMeans(viewer);
    await shows(viewer, "view", 0);
    const plain = await shownMeans(viewer, 0);
    await viewer.keyboard.press("ArrowRight");
    await shows(viewer, "view", 1);
    const vivid = await shownMeans(viewer, 1);
    // A cell holds many colours, and means are not converted as colours are.
    expect(apart(vivid, plain.map(fromP3))).toBeLessThan(7);
    expect(apart(vivid, plain), "the profile is not left out").toBeGreaterThan(10);
    await viewer.context().close();
  });

test("a browser that resists fingerprinting sends what was chosen", async ({ playwright, browser }) => {
  const shy = await playwright.firefox.launch({
    channel: "moz-firefox",
    executablePath: "/usr/bin/firefox-esr",
    firefoxUserPrefs: { "privacy.resistFingerprinting": true },
  });
  try {
    const page = await shy.newPage();
    const { link } = await send(page, `${site.url}/`, photo("portrait"));
    const poisoned = await page.evaluate(() => {
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = 16;
      const context = canvas.getContext("2d");
      context?.fillRect(0, 0, 16, 16);
      return context?.getImageData(0, 0, 16, 16).data.some((v, i) => v !== (i % 4 === 3 ? 255 : 0));
    });
    expect(poisoned, "the canvas of this browser lies").toBe(true);
    await compare(browser, link, [photo("portrait")]);
  } finally {
    await shy.close();
  }
});
