// Cancelling while the tiles of a large photo are made: the worker that makes them is given up before the page has drawn again,
// and it ends. Tiles are told of over a channel of their own, for nobody hears a worker that was ended over its port.
import { expect, type Page, test } from "@playwright/test";
import { choose, part } from "./pages.ts";
import { photo } from "./photos.ts";
import { Site } from "./site.ts";

let site: Site;
test.beforeAll(async () => {
  site = await Site.start("--admit", "open");
});
test.afterAll(() => site.stop());

/** Codec workers tell of each tile that they have coded. */
const tells = `{
  const channel = new BroadcastChannel("tiles");
  const write = OffscreenCanvas.prototype.convertToBlob;
  OffscreenCanvas.prototype.convertToBlob = async function (...args) {
    const blob = await write.apply(this, args);
    if (this.width === 1024 && this.height === 1024) channel.postMessage("a tile");
    return blob;
  };
}\n`;

interface Seen {
  /** When each tile was there, ms. */
  tiles: number[];
  /** Calls that were not answered, by their workers. */
  readonly running: Map<Worker, string[]>;
}

/** What the workers of the page do. ends: ending one does that. */
async function watched(page: Page, ends: boolean): Promise<void> {
  await page.addInitScript((ends) => {
    const running = new Map<Worker, string[]>();
    const seen: Seen = { tiles: [], running };
    Object.assign(globalThis, { seen });
    new BroadcastChannel("tiles").onmessage = () => {
      seen.tiles.push(performance.now());
    };
    const { postMessage, terminate } = Worker.prototype;
    const callsOf = (worker: Worker): string[] => {
      const calls = running.get(worker) ?? [];
      if (!running.has(worker))
        worker.addEventListener("message", ({ data }) => data.id === 0 && !("decoded" in data) && calls.shift());
      running.set(worker, calls);
      return calls;
    };
    Worker.prototype.postMessage = function (this: Worker, ...args: [message: { id: number; call: string }]) {
      const [{ id, call }] = args;
      if (id === 0) callsOf(this).push(call);
      if (call === "tiles") seen.tiles = []; // others may have been as large
      return postMessage.apply(this, args as never);
    };
    Worker.prototype.terminate = function (this: Worker) {
      if (!ends) return;
      running.delete(this);
      terminate.call(this);
    };
  }, ends);
  await page.route(/codec\.worker-/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: tells + (await response.text()) });
  });
}

/** Tiles of the set that is being made. */
const tilesOf = (page: Page) =>
  page.evaluate(() => {
    const { running, tiles } = (globalThis as unknown as { seen: Seen }).seen;
    return [...running.values()].flat().includes("tiles") ? tiles.length : 0;
  });

/** Sends a photo of 48 megapixels, and presses cancel when the first of its tiles are there. */
async function cancels(
  page: Page,
): Promise<{ readonly before: string[]; readonly began: number; readonly after: string[]; readonly ms: number }> {
  await page.goto(`${site.url}/`);
  await choose(page, photo("huge"));
  await part(page, "send").click();
  await expect.poll(() => tilesOf(page), { timeout: 60_000, intervals: [20] }).toBeGreaterThan(0);
  return page.evaluate(async () => {
    const { running } = (globalThis as unknown as { seen: Seen }).seen;
    const before = [...running.values()].flat();
    const button = document.querySelector<HTMLElement>('[data-testid="cancel"]');
    if (!button) throw new Error("nothing to cancel with");
    const began = performance.now();
    button.click();
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    return { before, began, after: [...running.values()].flat(), ms: performance.now() - began };
  });
}

/** A browser may let a worker come to an end of what it is at: so long, ms, at most. */
const grace = 1000;

/** Tiles that are still made a while after cancelling: 48 take seconds in all. */
async function further(page: Page, cancelled: number): Promise<number> {
  await page.waitForTimeout(2.5 * grace);
  const { tiles } = await page.evaluate(() => ({ tiles: (globalThis as unknown as { seen: Seen }).seen.tiles }));
  console.log(`the last tile ${Math.round((tiles.at(-1) ?? cancelled) - cancelled)} ms after cancelling`);
  return tiles.filter((at) => at > cancelled + grace).length;
}

test("who cancels has ended what makes tiles", async ({ page }) => {
  await watched(page, true);
  const { before, began, after, ms } = await cancels(page);
  expect(before, "it was in the middle of that").toContain("tiles");
  expect(after).toEqual([]);
  console.log(`given up, and drawn without it, after ${Math.round(ms)} ms`);
  expect(await further(page, began)).toBe(0);
  await expect(part(page, "status")).toHaveAttribute("data-state", "choosing");
});

test("control: a worker that is not ended makes the rest of them", async ({ page }) => {
  await watched(page, false);
  const { before, began, after } = await cancels(page);
  expect(before).toContain("tiles");
  expect(after).toContain("tiles");
  expect(await further(page, began)).toBeGreaterThan(0);
});
