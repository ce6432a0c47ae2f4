// Ten photos, the slowest first: they stand in the order in which the sender put them, whichever is ready when, and what is told
// of each on the way only grows.
import fs from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { many } from "./many.ts";
import { choose, part, shows, slide, stranger, textOf } from "./pages.ts";
import { photo } from "./photos.ts";
import { Site } from "./site.ts";

let site: Site;
test.beforeAll(async () => {
  site = await Site.start("--admit", "open");
});
test.afterAll(() => site.stop());

/** No two of one size. */
const chosen = () => [photo("heavy"), photo("camera"), photo("portrait"), photo("screenshot"), ...many(6)];

/** Width and height of a file, upright. */
const sizeOf = (page: Page, file: string): Promise<string> =>
  page.evaluate(async (data) => {
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    const { width, height } = await createImageBitmap(new Blob([bytes]));
    return `${width}×${height}`;
  }, fs.readFileSync(file).toString("base64"));

interface Series {
  /** Every value of a meter or a number on the page, by its name. */
  readonly [name: string]: readonly number[];
}

/** Notes in each frame what the page tells, until it is complete. */
const note = (page: Page) =>
  page.evaluate(() => {
    const series: { [name: string]: number[] } = {};
    const add = (name: string, value: number) => {
      const list = series[name] ?? [];
      series[name] = list;
      if (list.at(-1) !== value) list.push(value);
    };
    const look = () => {
      for (const [n, row] of [...document.querySelectorAll(".queue > li")].entries())
        for (const [stage, meter] of [...row.querySelectorAll("progress")].entries())
          add(`${n}, ${stage}`, meter.value);
      for (const [stage, meter] of [...document.querySelectorAll<HTMLProgressElement>(".steps progress")].entries())
        add(`all, ${stage}`, meter.value);
      const whole = document.querySelector(".steps .whole")?.textContent;
      if (whole) add("whole", Number.parseInt(whole, 10));
      requestAnimationFrame(look);
    };
    look();
    Object.assign(globalThis, { series });
  });

const noted = (page: Page) => page.evaluate(() => (globalThis as unknown as { series: Series }).series);

/** Names of what became less, by how much. */
const fell = (series: Series): readonly string[] =>
  Object.entries(series).flatMap(([name, values]) =>
    values.some((value, i) => value < (values[i - 1] ?? value) - 0.001) ? [`${name}: ${values.join(" ")}`] : [],
  );

test("ten photos arrive in their order, and progress only grows", async ({ page, browser }) => {
  await page.setViewportSize({ width: 1000, height: 5000 }); // nothing is far
  await page.goto(`${site.url}/`);
  await choose(page, chosen());
  await expect(part(page, "card")).toHaveCount(10);
  const sizes = await Promise.all(chosen().map((file) => sizeOf(page, file)));
  expect(new Set(sizes).size).toBe(10);
  const wanted = [sizes[9] ?? "", ...sizes.slice(0, 9)];
  // The last one comes first, by keyboard.
  const earlier = (n: number) => page.getByRole("button", { name: `Move photo ${n} earlier` });
  await earlier(10).focus();
  for (let n = 10; n > 2; n--) {
    await page.keyboard.press("Enter");
    await expect(earlier(n - 1)).toBeFocused();
  }
  await page.keyboard.press("Enter");
  await expect(part(page, "card").first()).toContainText(/^1\b/);
  // A line that takes its time, for there to be something to see.
  await page.route("**/parts/**", async (route) => {
    await new Promise((done) => setTimeout(done, 120));
    await route.continue().catch(() => {});
  });
  await part(page, "send").click();
  await note(page);
  await expect(part(page, "status")).toHaveAttribute("data-state", "complete", { timeout: 60_000 });
  const series = await noted(page);
  expect(fell(series)).toEqual([]);
  expect(Object.keys(series).length, "four meters of ten photos and of all, and a number").toBe(45);
  expect(Math.max(...Object.values(series).map(({ length }) => length)), "it was seen to grow").toBeGreaterThan(4);
  const backwards = Object.fromEntries(Object.entries(series).map(([name, values]) => [name, [...values].reverse()]));
  expect(fell(backwards).length, "control: what falls is noticed").toBeGreaterThan(4);

  const link = await textOf(page, "share-link");
  const { photos } = JSON.parse((await site.cli("info", "--json", link)).stdout);
  const got = photos.map(({ width, height }: { width: number; height: number }) => `${width}×${height}`);
  expect(got).toEqual(wanted);
  expect(got, "control: it is not the order in which they were chosen").not.toEqual(sizes);
  const viewer = await stranger(browser);
  await viewer.goto(link);
  for (const [i, size] of wanted.slice(0, 3).entries()) {
    await shows(viewer, "view", i);
    const [width, height] = size.split("×").map(Number);
    const shown = slide(viewer, i).locator(".shown");
    await expect(shown).toHaveAttribute("width", `${width}`);
    await expect(shown).toHaveAttribute("height", `${height}`);
    await viewer.keyboard.press("ArrowRight");
  }
  await viewer.context().close();
});
