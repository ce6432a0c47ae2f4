// The grid: all photos at once, by keyboard and by pointer, without a stutter; and saving what was selected.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { look } from "./look.ts";
import { many, sendMany } from "./many.ts";
import { part, shows } from "./pages.ts";
import { Site } from "./site.ts";

const count = 300;
let site: Site;
let link: string;

test.describe.configure({ mode: "default" });
test.beforeAll(async () => {
  test.setTimeout(180_000);
  site = await Site.start("--admit", "open");
  link = await sendMany(site, many(count), "--alt", "a first photo");
});
test.afterAll(() => site.stop());

async function grid(page: Page): Promise<void> {
  await page.goto(link);
  await shows(page, "view");
  await part(page, "grid-open").click();
  await expect(part(page, "grid")).toBeVisible();
}

const cell = (page: Page, i: number) => page.locator(`[data-testid="grid-photo"][data-i="${i}"]`);
const focused = (page: Page) => page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset["i"]);
const chosen = (page: Page) => page.locator('[role="gridcell"][aria-selected="true"]').count();

/** Waits until every photo on the screen has its thumb, decoded. */
async function sharp(page: Page): Promise<void> {
  await expect
    .poll(
      () =>
        page.evaluate(() => {
          const box = document.querySelector(".g-box")?.getBoundingClientRect();
          const cells = [...document.querySelectorAll<HTMLElement>("[data-testid=grid-photo]")].filter((c) => {
            const r = c.getBoundingClientRect();
            return box && r.bottom > box.top && r.top < box.bottom;
          });
          const good = cells.filter(
            (c) => c.dataset["sharp"] === "true" && (c.querySelector("img")?.naturalWidth ?? 0) > 100,
          );
          return cells.length > 0 && good.length === cells.length;
        }),
      { timeout: 30_000 },
    )
    .toBe(true);
}

test("the keyboard alone goes, selects and opens", async ({ page }) => {
  await page.goto(link);
  await shows(page, "view");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("g");
  await expect(part(page, "grid")).toBeVisible();
  await expect.poll(() => focused(page)).toBe("1");
  await page.keyboard.press("End");
  await expect.poll(() => focused(page)).toBe(`${count - 1}`);
  await expect(cell(page, count - 1)).toBeInViewport();
  await page.keyboard.press("Home");
  await expect.poll(() => focused(page)).toBe("0");
  await expect(cell(page, 0)).toHaveAccessibleName(/Photo 1 of 300: a first photo/);
  await page.keyboard.press("Space");
  await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("Shift+ArrowRight");
  await expect.poll(() => chosen(page)).toBe(3);
  await page.keyboard.press("Escape");
  await expect.poll(() => chosen(page)).toBe(0);
  await page.keyboard.press("ControlOrMeta+a");
  await expect(part(page, "grid-download")).toContainText("300");
  await page.keyboard.press("Escape");
  await page.keyboard.press("ArrowDown");
  await expect.poll(() => focused(page)).not.toBe("2");
  const at = await focused(page);
  await page.keyboard.press("Enter");
  await expect(part(page, "grid")).toHaveCount(0);
  await expect(page.getByRole("heading", { level: 1 })).toContainText(`${Number(at) + 1} of ${count}`);
});

test("a press opens, the corner selects, shift selects up to there", async ({ page }) => {
  await grid(page);
  await cell(page, 2).locator("button").click();
  await cell(page, 6)
    .locator("button")
    .click({ modifiers: ["Shift"] });
  await expect.poll(() => chosen(page)).toBe(5);
  await part(page, "grid-all").click();
  await expect(part(page, "grid-download")).toContainText("300");
  await part(page, "grid-all").click();
  await cell(page, 4).click();
  await expect(part(page, "grid")).toHaveCount(0);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("5 of 300");
});

/** Opens the grid afresh and scrolls it from top to end; tells the tasks over 50 ms and the most cells that were drawn. */
async function scrolled(page: Page): Promise<{ readonly long: readonly number[]; readonly drawn: number }> {
  await grid(page);
  await sharp(page);
  await page.evaluate(() => (globalThis as unknown as { long: number[] }).long.splice(0));
  const drawn = await page.evaluate(async () => {
    const box = document.querySelector(".g-box") as HTMLElement;
    let most = 0;
    const end = box.scrollHeight - box.clientHeight;
    for (let top = 0; top <= end; top += 60) {
      box.scrollTop = top;
      await new Promise(requestAnimationFrame);
      most = Math.max(most, document.querySelectorAll("[role=gridcell]").length);
    }
    return most;
  });
  await sharp(page);
  const long = await page.evaluate(() => (globalThis as unknown as { long: number[] }).long);
  return { long: long.filter((ms) => ms > 50), drawn };
}

test("of 300 photos only what is seen is drawn, and few requests are made", async ({ page, browserName }) => {
  await page.addInitScript(() => {
    const long: number[] = [];
    Object.assign(globalThis, { long });
    if (PerformanceObserver.supportedEntryTypes.includes("longtask"))
      new PerformanceObserver((list) => long.push(...list.getEntries().map((e) => e.duration))).observe({
        type: "longtask",
      });
  });
  let requests = 0;
  page.on("request", (r) => {
    if (r.url().includes("/parts/")) requests++;
  });
  // How long tasks take is for people to read: other programs on the machine decide it too. What is drawn is not.
  const { long, drawn } = await scrolled(page);
  const words = long.map(Math.round).join(" ") || "none";
  console.log(`${browserName}: at most ${drawn} cells, ${requests} requests, tasks over 50 ms: ${words}`);
  expect(drawn).toBeGreaterThan(0);
  expect(drawn).toBeLessThan(140);
  expect(requests).toBeLessThan(60);
});

/** The files of a ZIP with their SHA-256, as unzip reads it. */
function unzip(file: string): ReadonlyMap<string, string> {
  const list = execFileSync("unzip", ["-Z1", file]).toString().trim().split("\n");
  execFileSync("unzip", ["-tqq", file]);
  return new Map(
    list.map((name) => [
      name,
      createHash("sha256")
        .update(execFileSync("unzip", ["-p", file, name], { maxBuffer: 1 << 26 }))
        .digest("hex"),
    ]),
  );
}

/** SHA-256 of every photo, as the command line writes them. */
async function originals(): Promise<readonly string[]> {
  const out = site.file("got");
  if (!fs.existsSync(out)) expect((await site.cli("get", "--output", out, link)).code).toBe(0);
  const hash = (f: string) =>
    createHash("sha256")
      .update(fs.readFileSync(`${out}/${f}`))
      .digest("hex");
  return fs.readdirSync(out).map(hash).sort();
}

async function isWhole(file: string): Promise<void> {
  const got = unzip(file);
  expect(got.size).toBe(count);
  expect([...got.keys()][0]).toBe("photo-001.jpg");
  expect([...got.keys()].at(-1)).toBe(`photo-${count}.jpg`);
  expect([...got.values()].sort()).toEqual(await originals());
}

test("without a save picker all come as one ZIP, bit by bit what get writes", async ({ page, browserName }) => {
  await page.addInitScript(() => {
    Reflect.deleteProperty(globalThis, "showSaveFilePicker");
    const make = URL.createObjectURL.bind(URL);
    URL.createObjectURL = (what: Blob) => {
      if (what.type === "application/zip") Object.assign(globalThis, { zip: what });
      return make(what);
    };
  });
  await grid(page);
  await page.keyboard.press("ControlOrMeta+a");
  await expect(part(page, "grid-download")).toHaveAttribute("data-way", "memory");
  // Firefox says nothing of downloads over this protocol: what it was given to save is looked at instead.
  const saving = browserName === "chromium" ? page.waitForEvent("download", { timeout: 60_000 }) : undefined;
  await part(page, "grid-download").click();
  await expect(part(page, "zip-ended")).toContainText(`${count}`, { timeout: 60_000 });
  const file = site.file(`${browserName}.zip`);
  if (saving) await (await saving).saveAs(file);
  else fs.writeFileSync(file, Buffer.from(await base64(page, "zip"), "base64"));
  await isWhole(file);
});

/** Bytes of a Blob that the page holds under a name. */
function base64(page: Page, name: string): Promise<string> {
  return page.evaluate(async (name) => {
    const blob = (globalThis as unknown as { [k: string]: Blob })[name] ?? new Blob();
    const bytes = new Uint8Array(await blob.arrayBuffer());
    let text = "";
    for (let i = 0; i < bytes.length; i += 32_768) text += String.fromCharCode(...bytes.subarray(i, i + 32_768));
    return btoa(text);
  }, name);
}

/** A picker that nobody has to press: its file is one of the browser's own for this page, written as a picked one is. */
async function pickByItself(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const pick = async () => (await navigator.storage.getDirectory()).getFileHandle("picked.zip", { create: true });
    Object.assign(globalThis, { showSaveFilePicker: pick });
  });
}

const picked = (page: Page) =>
  page.evaluate(async () => {
    const handle = await (await navigator.storage.getDirectory()).getFileHandle("picked.zip");
    Object.assign(globalThis, { file: await handle.getFile() });
    return (globalThis as unknown as { file: File }).file.size;
  });

test("a ZIP is streamed into the picked file, through a broken connection", { tag: "@chromium" }, async ({
  page,
  context,
}) => {
  // Only Chromium has the picker, and can be taken offline.
  await pickByItself(page);
  await grid(page);
  await expect(part(page, "grid-download")).toHaveAttribute("data-way", "zip");
  await part(page, "grid-download").click();
  const progress = part(page, "zip-progress");
  await expect.poll(async () => Number(await progress.getAttribute("data-done"))).toBeGreaterThan(100_000);
  await context.setOffline(true);
  await expect(progress).toHaveAttribute("data-broken", "true", { timeout: 30_000 });
  await expect(progress).toContainText("by itself");
  await context.setOffline(false);
  await expect(part(page, "zip-ended")).toContainText(`${count}`, { timeout: 60_000 });
  expect(await picked(page)).toBeGreaterThan(1_000_000);
  const file = site.file("picked.zip");
  fs.writeFileSync(file, Buffer.from(await base64(page, "file"), "base64"));
  await isWhole(file);
});

test("cancelling leaves no file, and the grid is ready again", { tag: "@chromium" }, async ({ page }) => {
  // Only Chromium has the picker.
  await pickByItself(page);
  await grid(page);
  await part(page, "grid-download").click();
  await expect
    .poll(async () => Number(await part(page, "zip-progress").getAttribute("data-done")))
    .toBeGreaterThan(50_000);
  await part(page, "zip-cancel").click();
  await expect(part(page, "grid-download")).toBeEnabled();
  expect(await picked(page)).toBe(0);
  await expect(part(page, "error")).toHaveCount(0);
});

test("one damaged photo and nothing is saved", { tag: "@chromium" }, async ({ page }) => {
  // As above.
  await pickByItself(page);
  let n = 0;
  await grid(page);
  await sharp(page);
  await page.route("**/parts/**", async (route) => {
    const response = await route.fetch();
    const body = await response.body();
    if (++n === 20) body[body.length >> 1] = (body[body.length >> 1] ?? 0) ^ 1;
    await route.fulfill({ response, body });
  });
  await part(page, "grid-download").click();
  await expect(part(page, "error")).toHaveAttribute("data-code", "damaged", { timeout: 30_000 });
  expect(await picked(page)).toBe(0);
});

test("the grid at every width", { tag: "@chromium" }, async ({ page }) => {
  await grid(page);
  await cell(page, 1).locator("button").click();
  await sharp(page);
  await look(page, "view-grid");
});
