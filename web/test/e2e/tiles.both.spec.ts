// Tiles of large photos, made in the page and seen while zoomed: upright, in the right place and in the right colours,
// whichever codecs made them.
import { expect, type Page, test } from "@playwright/test";
import { fileMeans, type Means, type Part, teachMeans } from "./means.ts";
import { distance, part, send, shows, stranger } from "./pages.ts";
import { photo } from "./photos.ts";
import { Site } from "./site.ts";
import { troubled } from "./troubles.ts";

let site: Site;
test.beforeAll(async () => {
  site = await Site.start("--admit", "open");
});
test.afterAll(() => site.stop());

/** A tile on the screen: where it lies in pixels of the photo, and the mean colours of 4 × 4 cells. */
interface Seen extends Part {
  readonly cells: number[][];
}

const size = { width: 4000, height: 6100 }; // the photo's, upright

async function seen(page: Page): Promise<readonly Seen[]> {
  return page.locator(".tiles img").evaluateAll(
    (all, { width, height }) =>
      all.map((e) => {
        const image = e as HTMLImageElement;
        const percent = (side: "left" | "top", whole: number) =>
          Math.round((Number.parseFloat(image.style.getPropertyValue(side)) / 100) * whole);
        const { naturalWidth, naturalHeight } = image;
        return {
          x: percent("left", width),
          y: percent("top", height),
          width: naturalWidth,
          height: naturalHeight,
          cells: (globalThis as unknown as Means).means(image, {
            x: 0,
            y: 0,
            width: naturalWidth,
            height: naturalHeight,
          }),
        };
      }),
    size,
  );
}

/** The same cells of the file itself, cut out elsewhere by `aside` tiles. */
function truth(page: Page, file: string, tiles: readonly Seen[], aside = 0): Promise<number[][][]> {
  const beside = (y: number) => (y + 1024 * aside) % (size.height - 1024);
  return fileMeans(
    page,
    file,
    tiles.map(({ x, y, width, height }) => ({ x, y: beside(y), width, height })),
  );
}

async function zoomed(page: Page): Promise<readonly Seen[]> {
  await shows(page, "view");
  await teachMeans(page);
  await expect(part(page, "photo").locator(".tiles")).toHaveCount(1, { timeout: 30_000 });
  for (let i = 0; i < 4; i++) await page.keyboard.press("+");
  await expect.poll(async () => (await seen(page)).length, { timeout: 30_000 }).toBeGreaterThan(1);
  await page.waitForTimeout(500);
  return seen(page);
}

async function variants(
  link: string,
): Promise<readonly { role: string; media: string; width: number; bytes: number }[]> {
  return JSON.parse((await site.cli("info", "--json", link)).stdout).photos[0].variants;
}

for (const trouble of ["nothing", "random pixels"] as const)
  test(`tiles of a wide-gamut portrait are of its pixels, with ${trouble} in the way`, async ({ page, browser }) => {
    test.setTimeout(180_000);
    await troubled(page, trouble);
    const file = photo("wide");
    const { link } = await send(page, `${site.url}/`, file);
    const set = (await variants(link)).find(({ role }) => role === "tiles");
    expect(set).toMatchObject({ media: "WebP", width: size.width });

    const viewer = await stranger(browser);
    await viewer.goto(link);
    const tiles = await zoomed(viewer);
    const wanted = await truth(viewer, file, tiles);
    const others = await truth(viewer, file, tiles, 1);
    for (const [i, tile] of tiles.entries()) {
      expect([tile.x % 1024, tile.y % 1024]).toEqual([0, 0]);
      expect([tile.width, tile.height]).toEqual([
        Math.min(1024, size.width - tile.x),
        Math.min(1024, size.height - tile.y),
      ]);
      expect(distance(tile.cells, wanted[i] ?? []), `the tile at ${tile.x}, ${tile.y}`).toBeLessThan(3);
    }
    expect(
      Math.max(...tiles.map((tile, i) => distance(tile.cells, others[i] ?? []))),
      "others are told apart",
    ).toBeGreaterThan(24);
    await viewer.context().close();
  });

test("a photo of ten megapixels has no tiles", async ({ page, browser }) => {
  const { link } = await send(page, `${site.url}/`, photo("camera"));
  expect((await variants(link)).map(({ role }) => role)).not.toContain("tiles");
  const viewer = await stranger(browser);
  await viewer.goto(link);
  await shows(viewer, "view");
  for (let i = 0; i < 4; i++) await viewer.keyboard.press("+");
  await expect(viewer.locator(".tiles img.whole")).toHaveCount(1);
  await expect(viewer.locator(".tiles img")).toHaveCount(1);
});
