// Moving WebP and AVIF: they play in the viewer and can be paused; of one that does not move nobody says that it does.
import fs from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { avif, webp } from "./films.ts";
import { choose, part, send, shows, stranger } from "./pages.ts";
import { Site } from "./site.ts";

let site: Site;
test.beforeAll(async () => {
  site = await Site.start("--admit", "open");
});
test.afterAll(() => site.stop());

const made = { webp, avif } as const;
type Kind = keyof typeof made;

function file(kind: Kind, moves: boolean): string {
  const name = site.file(`${moves ? "film" : "still"}.${kind}`);
  fs.writeFileSync(name, made[kind](moves));
  return name;
}

/** The colour in the middle of what is on the screen where the photo is. */
async function seen(page: Page): Promise<"red" | "blue" | "neither"> {
  const box = await part(page, "photo").locator(".print").boundingBox();
  if (!box) return "neither";
  const shot = await page.screenshot({
    clip: { x: box.x + box.width / 2, y: box.y + box.height / 2, width: 4, height: 4 },
  });
  const [r = 0, g = 0, b = 0] = await page.evaluate(async (data) => {
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    const context = new OffscreenCanvas(4, 4).getContext("2d");
    context?.drawImage(await createImageBitmap(new Blob([bytes])), 0, 0);
    return [...(context?.getImageData(2, 2, 1, 1).data ?? [])];
  }, shot.toString("base64"));
  if (g > 40) return "neither";
  return r > 200 && b < 50 ? "red" : b > 200 && r < 50 ? "blue" : "neither";
}

async function plays(page: Page): Promise<void> {
  for (const colour of ["red", "blue", "red"]) await expect.poll(() => seen(page)).toBe(colour);
}

/** Six looks within more than two frames. */
async function looks(page: Page): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (let i = 0; i < 6; i++) {
    found.add(await seen(page));
    await page.waitForTimeout(250);
  }
  return found;
}

/** Opens a share of a film: it plays, stands still when told to, and plays on. */
async function opensFilm(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await shows(page, "view");
  await expect(part(page, "motion")).toHaveText("Pause");
  await expect(page.locator("img.moving")).toHaveCount(1);
  await plays(page);
  await part(page, "motion").click();
  await expect(part(page, "motion")).toHaveText("Play");
  await expect(page.locator("img.moving")).toHaveCount(0);
  await expect(page.locator("canvas.moving")).toHaveCount(1);
  expect([...(await looks(page))], "paused, the first frame alone").toEqual(["red"]);
  await part(page, "motion").click();
  await expect(part(page, "motion")).toHaveText("Pause");
  await plays(page);
}

async function opensStill(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await shows(page, "view");
  expect([...(await looks(page))]).toEqual(["red"]);
  await expect(part(page, "motion")).toHaveCount(0);
}

test("a WebP that moves plays, and can be paused; one that does not has no button", async ({ page, browser }) => {
  const { link } = await send(page, `${site.url}/`, file("webp", true));
  const viewer = await stranger(browser);
  await opensFilm(viewer, link);
  const other = await send(page, `${site.url}/`, file("webp", false));
  await opensStill(viewer, other.link);
  await viewer.context().close();
});

/** Lets AVIF films pass as they are: a sender that cleans them in some way of its own. */
const letsFilmsPass = `{
  const preview = { role: 0, width: 32, height: 21, quality: 50, lossless: false, plain: true, later: false };
  const about = {
    media: 4, format: "AVIF", width: 120, height: 80, orientation: 1, alpha: false, animated: true, wide: false,
    findings: [], caption: "", credit: "", plan: [preview], pixelsOnly: [], convertible: false,
  };
  let handler;
  Object.defineProperty(self, "onmessage", { set: (to) => { handler = to; }, get: () => handler });
  self.addEventListener("message", async (event) => {
    const { id, call, args } = event.data;
    if (call !== "inspect" && call !== "strip") return handler(event);
    const beginning = await args[0].slice(0, 12).text();
    if (!beginning.endsWith("ftypavis")) return handler(event);
    self.postMessage({ id, value: { value: { ...about, blob: args[0] }, memory: 0 } });
  });
}\n`;

test("an AVIF that moves plays, and can be paused; one that does not has no button", async ({ page, browser }) => {
  // The engine takes no films: it cannot look into all their frames. Others may send them.
  await page.goto(`${site.url}/`);
  await choose(page, file("avif", true));
  await expect(part(page, "card")).toContainText("cannot be cleaned as it is");

  await page.route(/strip\.worker-/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: letsFilmsPass + (await response.text()) });
  });
  const { link } = await send(page, `${site.url}/`, file("avif", true));
  const viewer = await stranger(browser);
  await opensFilm(viewer, link);
  const other = await send(page, `${site.url}/`, file("avif", false));
  await opensStill(viewer, other.link);
  await viewer.context().close();
});
