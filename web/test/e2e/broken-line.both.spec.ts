// The line breaks in the middle of a picture: what has arrived is not fetched again, whether the page goes on by itself or
// somebody has to ask it to.
import { expect, type Page, test } from "@playwright/test";
import { Cutting, type Reading } from "./cutting.ts";
import { sendMany } from "./many.ts";
import { distance, grid, part, shows, stranger } from "./pages.ts";
import { photo } from "./photos.ts";
import { Site } from "./site.ts";

let site: Site;
let link: string;
test.beforeAll(async () => {
  site = await Site.start("--admit", "open");
  link = await sendMany(site, [photo("camera")]);
});
test.afterAll(() => site.stop());

/** No multiple of anything, and less than a view has. */
const held = 20_011;

/** Bytes that came more than once. */
function twice(readings: readonly Reading[]): number {
  let sum = 0;
  for (const [i, one] of readings.entries())
    for (const other of readings.slice(0, i)) {
      const [from, to] = [Math.max(one.start, other.start), Math.min(one.start + one.came, other.start + other.came)];
      sum += Math.max(0, to - from);
    }
  return sum;
}

interface Counting {
  /** Bytes that the page has read of each answer. */
  readonly arrived: Map<object, number>;
}

/** Counts in the page: what lies in a buffer of the browser when the line breaks was not read by anybody. */
const count = (page: Page) =>
  page.addInitScript(() => {
    const arrived = new Map<object, number>();
    Object.assign(globalThis, { arrived });
    const { read } = ReadableStreamDefaultReader.prototype;
    ReadableStreamDefaultReader.prototype.read = async function (this: ReadableStreamDefaultReader) {
      const result = await read.call(this);
      if (result.value) arrived.set(this, (arrived.get(this) ?? 0) + result.value.length);
      return result;
    } as typeof read;
  });

const hasRead = (page: Page, bytes: number) =>
  expect
    .poll(() => page.evaluate((n) => [...(globalThis as unknown as Counting).arrived.values()].includes(n), bytes))
    .toBe(true);

/** Opens the link over a line that stops within the first picture. */
async function stopped(page: Page, line: Cutting): Promise<void> {
  await count(page);
  line.holdAfter(held);
  await page.goto(link.replace(site.url, line.url));
  await hasRead(page, held);
  await expect(part(page, "photo")).toHaveAttribute("data-state", "preview");
}

test("a line that breaks once is taken up where it broke", async ({ page, browser }) => {
  const line = await Cutting.before(site.url);
  try {
    await stopped(page, line);
    line.cut(false);
    await shows(page, "view");
    const [first, second] = line.readings;
    expect(second?.start).toBe((first?.start ?? 0) + held);
    expect(twice(line.readings), "bytes that came twice").toBe(0);
    const whole = await stranger(browser);
    await whole.goto(link);
    await shows(whole, "view");
    expect(distance(await grid(page), await grid(whole)), "it is the same picture").toBe(0);
    await whole.context().close();

    // Control: somebody who opens the link anew has nothing to go on from.
    await page.reload();
    await shows(page, "view");
    expect(twice(line.readings)).toBeGreaterThanOrEqual(held);
  } finally {
    await line.close();
  }
});

test("a line that stays away is taken up where it broke, when somebody asks for it", async ({ page }) => {
  const line = await Cutting.before(site.url);
  try {
    await stopped(page, line);
    line.cut(true);
    await expect(part(page, "error")).toHaveAttribute("data-code", "unreachable", { timeout: 45_000 });
    line.mend();
    await part(page, "photo").getByRole("button").click();
    await shows(page, "view");
    await expect(part(page, "error")).toHaveCount(0);
    const [first, second] = line.readings;
    expect(second?.start).toBe((first?.start ?? 0) + held);
    expect(twice(line.readings), "bytes that came twice").toBe(0);
  } finally {
    await line.close();
  }
});
