// The main job, in Chromium and in Firefox: drop a photo, get a link, see it.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { expect, test } from "@playwright/test";
import { distance, grid, part, send, shows, stranger, textOf } from "./pages.ts";
import { photo } from "./photos.ts";
import { bin, Site } from "./site.ts";

let site: Site;
test.beforeAll(async () => {
  site = await Site.start("--admit", "open");
});
test.afterAll(() => site.stop());

test("a photo goes from one person to another", async ({ page, browser }) => {
  const foreign: string[] = [];
  page.on("request", (r) => {
    if (!r.url().startsWith(site.url) && !r.url().startsWith("blob:")) foreign.push(r.url());
  });
  const { link, manage } = await send(page, `${site.url}/`, [photo("camera"), photo("screenshot")]);
  expect(link).toMatch(/\/s#[1-9A-HJ-NP-Za-km-z]{50}$/);
  expect(manage).toMatch(/\/m#[1-9A-HJ-NP-Za-km-z]{50}$/);
  const marks = await page.evaluate(() => performance.getEntriesByType("mark").map((m) => m.name));
  for (const mark of ["safelight:link", "safelight:opens", "safelight:complete"]) expect(marks).toContain(mark);
  expect(marks.indexOf("safelight:opens")).toBeLessThan(marks.indexOf("safelight:complete"));

  const viewer = await stranger(browser);
  viewer.on("request", (r) => {
    if (!r.url().startsWith(site.url) && !r.url().startsWith("blob:")) foreign.push(r.url());
  });
  await viewer.goto(link);
  await shows(viewer, "view");
  const seen = await viewer.evaluate(() => performance.getEntriesByType("mark").map((m) => m.name));
  expect(seen).toEqual(expect.arrayContaining(["safelight:preview", "safelight:view"]));
  expect(foreign).toEqual([]);
});

test("what is seen is what was sent", async ({ page, browser }) => {
  const { link } = await send(page, `${site.url}/`, photo("camera"));
  const viewer = await stranger(browser);
  await viewer.goto(link);
  await shows(viewer, "view");
  const seen = await grid(viewer);
  const other = await stranger(browser);
  const { link: second } = await send(page, `${site.url}/`, photo("camera", 2));
  await other.goto(second);
  await shows(other, "view");

  const reference = await stranger(browser);
  await reference.goto(`${site.url}/`);
  const data = `data:image/jpeg;base64,${fs.readFileSync(photo("camera")).toString("base64")}`;
  const truth = await reference.evaluate(async (url) => {
    const bytes = Uint8Array.from(atob(url.split(",")[1] ?? ""), (c) => c.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes]));
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 4;
    const context = canvas.getContext("2d");
    if (!context) throw new Error("no canvas");
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, 4, 4);
    const { data } = context.getImageData(0, 0, 4, 4);
    return Array.from({ length: 16 }, (_, i) => [...data.slice(i * 4, i * 4 + 3)]);
  }, data);
  expect(distance(seen, truth)).toBeLessThan(24);
  expect(distance(await grid(other), truth), "another photo is told apart").toBeGreaterThan(24);
});

test("a portrait stands upright", async ({ page, browser }) => {
  const { link } = await send(page, `${site.url}/`, photo("portrait"));
  const viewer = await stranger(browser);
  await viewer.goto(link);
  await shows(viewer, "view");
  const [width, height] = await part(viewer, "photo")
    .first()
    .evaluate((e) => {
      const picture = [...e.querySelectorAll("img")].sort((a, b) => b.naturalWidth - a.naturalWidth)[0];
      return [picture?.naturalWidth ?? 0, picture?.naturalHeight ?? 0] as const;
    });
  expect(width).toBeLessThan(height);
});

test("page and command line open each other's shares, byte for byte", async ({ page, browser }) => {
  const file = photo("camera");
  const stripped = site.file("stripped.jpg");
  execFileSync(bin("safelight"), ["strip", "-o", stripped, file], { stdio: "pipe" });

  const { link } = await send(page, `${site.url}/`, file);
  const out = site.file(`got-${test.info().project.name}`);
  const got = await site.cli("get", "-o", out, link);
  expect(got.code, got.stderr).toBe(0);
  const written = got.stdout.trim().split("\n");
  expect(written).toHaveLength(1);
  expect(fs.readFileSync(written[0] ?? "").equals(fs.readFileSync(stripped))).toBe(true);

  const sent = await site.cli("send", file);
  expect(sent.code, sent.stderr).toBe(0);
  const viewer = await stranger(browser);
  await viewer.goto(sent.stdout.trim());
  await shows(viewer, "view");
});

test("a limited share opens as often as it says, and a visit does not count", async ({ page, browser }) => {
  const { link } = await send(page, `${site.url}/`, photo("screenshot"), { views: "1" });
  const visitor = await stranger(browser);
  await visitor.goto(link);
  await expect(part(visitor, "open")).toBeVisible();
  const first = await stranger(browser);
  await first.goto(link);
  await part(first, "open").click();
  await shows(first, "view");
  await first.reload();
  await shows(first, "view");
  const second = await stranger(browser);
  await second.goto(link);
  const open = part(second, "open");
  await expect(open.or(part(second, "error"))).toBeVisible();
  if (await open.isVisible()) await open.click();
  await expect(part(second, "error")).toHaveAttribute("data-code", /used|gone/);
});

test("a passphrase opens, a wrong one uses nothing", async ({ page, browser }) => {
  const { link } = await send(page, `${site.url}/`, photo("screenshot"), {
    passphrase: "seven quiet lamps under old water",
  });
  const viewer = await stranger(browser);
  await viewer.goto(link);
  await part(viewer, "passphrase").fill("seven quiet lamps under old milk");
  await part(viewer, "open").click();
  await expect(part(viewer, "error")).toHaveAttribute("data-code", "wrong-passphrase");
  await part(viewer, "passphrase").fill("seven quiet lamps under old water");
  await part(viewer, "open").click();
  await shows(viewer, "view");
});

test("the list of what was removed names the planted place", async ({ page }) => {
  await send(page, `${site.url}/`, photo("camera"));
  expect(await textOf(page, "removed")).toContain("52.3702");
});
