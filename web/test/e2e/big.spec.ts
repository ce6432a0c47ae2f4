// A large share through the page: 200 MB, 60 photos of 12 megapixels. Memory stays bounded, progress is honest.
import fs from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { choose, part, send, shows, stranger } from "./pages.ts";
import { photo } from "./photos.ts";
import { Site } from "./site.ts";

const count = 60;
const MB = 1 << 20;

/** Memory of all engines of the page, in bytes. */
async function engines(page: Page): Promise<number> {
  const sizes = await Promise.all(
    page
      .workers()
      .map((worker) =>
        worker
          .evaluate(() => (globalThis as { safelightMemory?: () => number }).safelightMemory?.() ?? 0)
          .catch(() => 0),
      ),
  );
  return sizes.reduce((a, b) => a + b, 0);
}

function copies(site: Site): string[] {
  return Array.from({ length: count }, (_, i) => {
    const file = site.file(`photo-${i}.jpg`);
    fs.copyFileSync(photo("heavy", 1 + (i % 3)), file);
    return file;
  });
}

function highWater(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(fs.readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
}

test("one photo of 48 megapixels", async ({ page, browser }) => {
  const site = await Site.start("--admit", "open");
  try {
    const { link } = await send(page, `${site.url}/`, photo("huge"));
    expect(await engines(page)).toBeLessThan(256 * MB);
    const viewer = await stranger(browser);
    await viewer.goto(link);
    await shows(viewer, "view");
  } finally {
    await site.stop();
  }
});

test("200 MB in 60 photos", async ({ page, browser }) => {
  test.setTimeout(600_000);
  const site = await Site.start("--admit", "open");
  try {
    const files = copies(site);
    const total = files.reduce((n, f) => n + fs.statSync(f).size, 0);
    expect(total).toBeGreaterThan(190 * MB);
    await page.goto(`${site.url}/`);
    await choose(page, files);
    await expect(part(page, "send")).toBeEnabled({ timeout: 60_000 });
    await part(page, "send").click();

    let most = 0;
    let last = -1;
    const states = new Set<string>();
    for (let state = ""; state !== "complete"; ) {
      state = (await part(page, "status").getAttribute("data-state")) ?? "";
      states.add(state);
      expect(state).not.toBe("failed");
      most = Math.max(most, await engines(page));
      const done = await page
        .locator("progress")
        .first()
        .evaluate((e) => (e as HTMLProgressElement).position, undefined, { timeout: 200 })
        .catch(() => undefined);
      if (done !== undefined && done >= 0) {
        expect(done, "progress does not go back").toBeGreaterThanOrEqual(last - 0.001);
        last = Math.max(last, done);
      }
      await page.waitForTimeout(300);
    }
    expect([...states]).toContain("opens");
    expect(most, "the engines were there").toBeGreaterThan(8 * MB);
    expect(most).toBeLessThan(256 * MB);
    expect(highWater(site.pid)).toBeLessThan(100 * MB);
    console.log(`engines at most ${Math.round(most / MB)} MiB, server ${Math.round(highWater(site.pid) / MB)} MiB`);

    const viewer = await stranger(browser);
    await viewer.goto(((await part(page, "share-link").textContent()) ?? "").replace(/\s+/g, ""));
    await shows(viewer, "view");
    await expect(part(viewer, "photo")).not.toHaveCount(0);
  } finally {
    await site.stop();
  }
});
