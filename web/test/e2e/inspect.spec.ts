// The page that says what a photo gives away: what was planted is named, hidden pictures are seen, nothing is sent.
import fs from "node:fs";
import { expect, test } from "@playwright/test";
import { look } from "./look.ts";
import { choose, part, stranger } from "./pages.ts";
import { photo, planted } from "./photos.ts";
import { Site } from "./site.ts";

let site: Site;
test.beforeAll(async () => {
  site = await Site.start("--admit", "open");
});
test.afterAll(() => site.stop());

test("the front leads to it", async ({ page }) => {
  await page.goto(`${site.url}/`);
  await page
    .getByRole("link", { name: /what a photo gives away/i })
    .last()
    .click();
  await expect(page).toHaveURL(`${site.url}/inspect`);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await look(page, "inspect-empty");
});

test("everything that was planted is named, with its value", async ({ page }) => {
  await page.goto(`${site.url}/inspect`);
  await choose(page, photo("telling"));
  const findings = part(page, "finding");
  await expect(findings.first()).toBeVisible();
  const said = (await findings.allInnerTexts()).join("\n");
  for (const value of [
    planted.latitude,
    planted.longitude,
    planted.owner,
    planted.comment,
    planted.serial,
    planted.editor,
  ])
    expect(said).toContain(value);
  for (const name of ["Position", "Serial number of the camera", "Editing steps", "Embedded preview"])
    expect(said).toContain(name);
  // A hidden picture is seen, not only counted: it has pixels of its own.
  const inner = findings.locator("img").first();
  await expect(inner).toBeVisible();
  expect(await inner.evaluate((img) => (img as HTMLImageElement).naturalWidth)).toBe(160);
  await look(page, "inspect-found");
});

test("nothing is sent, and nobody else is asked", async ({ page }) => {
  const asked: string[] = [];
  await page.goto(`${site.url}/inspect`);
  await page.waitForLoadState("networkidle");
  page.on("request", (request) => {
    if (!request.url().startsWith("blob:")) asked.push(`${request.method()} ${request.url()}`);
  });
  await choose(page, photo("telling"));
  await expect(part(page, "finding").first()).toBeVisible();
  const foreign = asked.filter((line) => !line.startsWith(`GET ${site.url}/assets/`));
  expect(foreign).toEqual([]);
  // The watch itself sees requests.
  await page.evaluate(() => fetch("api/v1/site"));
  await expect.poll(() => asked.some((line) => line.endsWith("/api/v1/site"))).toBe(true);
});

test("what cannot be sent is explained, and the rest goes on", async ({ page }) => {
  const files: [name: string, bytes: Buffer, code: string][] = [
    ["notes.pdf", Buffer.from("%PDF-1.4 nothing"), "pdf"],
    ["empty.jpg", Buffer.alloc(0), "empty"],
    ["drawing.svg", Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>"), "svg"],
  ];
  const paths = files.map(([name, bytes]) => {
    const file = site.file(name);
    fs.writeFileSync(file, bytes);
    return file;
  });
  await page.goto(`${site.url}/inspect`);
  await choose(page, [...paths, photo("screenshot")]);
  for (const [name, , code] of files)
    await expect(page.getByRole("article", { name }).getByTestId("error")).toHaveAttribute("data-code", code);
  await expect(part(page, "finding").first()).toBeVisible();
  await look(page, "inspect-refused");
  await page.getByRole("button", { name: "Remove notes.pdf" }).click();
  await expect(page.getByRole("article", { name: "notes.pdf" })).toHaveCount(0);
});

test("a stripped photo gives nothing away", async ({ page }) => {
  const clean = site.file("clean.jpg");
  expect((await site.cli("strip", "-o", clean, photo("telling"))).code).toBe(0);
  await page.goto(`${site.url}/inspect`);
  await choose(page, clean);
  await expect(page.getByRole("heading", { name: "It gives nothing away", exact: true })).toBeVisible();
  await expect(part(page, "finding")).toHaveCount(0);
  await look(page, "inspect-clean");
});

test("in German", async ({ browser }) => {
  const page = await stranger(browser, { locale: "de-DE" });
  await page.goto(`${site.url}/inspect`);
  await choose(page, photo("telling"));
  await expect(page.getByRole("heading", { name: "Wo es entstand" })).toBeVisible();
  await look(page, "inspect-de");
  await page.getByRole("button", { name: /vergessen/ }).click();
  await expect(part(page, "finding")).toHaveCount(0);
});
