// The rules and the report, in both browsers: what needs the engine, HPKE, age and a lazy script each.
import { expect, test } from "@playwright/test";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { choose, part, shows, stranger, textOf } from "./pages.ts";
import { photo, planted } from "./photos.ts";
import { Site } from "./site.ts";

let site: Site;
test.beforeAll(async () => {
  site = await Site.start("--admit", "open");
});
test.afterAll(() => site.stop());

test("what a photo gives away, with its hidden picture", async ({ page }) => {
  await page.goto(`${site.url}/inspect`);
  await choose(page, photo("telling"));
  const findings = part(page, "finding");
  await expect(findings.filter({ hasText: "Position" })).toContainText(planted.latitude);
  const inner = findings.locator("img").first();
  await expect.poll(() => inner.evaluate((img) => (img as HTMLImageElement).naturalWidth)).toBe(160);
});

test("named people, pixels only and a log are set; then the sender is asked first", async ({ page, browser }) => {
  const identity = await generateX25519Identity();
  await page.goto(`${site.url}/`);
  await choose(page, photo("telling"));
  for (const id of ["pixels-only", "named", "access-log"]) await part(page, id).check();
  await part(page, "recipients").fill(await identityToRecipient(identity));
  await expect(part(page, "recipient")).toHaveCount(1);
  await part(page, "send").click();
  await expect(part(page, "status")).toHaveAttribute("data-state", "complete", { timeout: 60_000 });
  const [link, manage] = [await textOf(page, "share-link"), await textOf(page, "manage-link")];
  const viewer = await stranger(browser);
  await viewer.goto(link);
  await part(viewer, "identity").fill(identity);
  await part(viewer, "open").click();
  await shows(viewer, "view");
  const owner = await stranger(browser);
  await owner.goto(manage);
  await expect(part(owner, "log-entry").filter({ hasText: "Opened" })).toHaveCount(1);
  await part(owner, "named").uncheck();
  await part(owner, "ask-first").check();
  await part(owner, "set-people").click();
  await expect(owner.locator('[data-done="people"]')).toBeVisible();
  const knocker = await stranger(browser);
  await knocker.goto(link);
  await part(knocker, "ask").click();
  await part(owner, "let-in").click({ timeout: 40_000 });
  await shows(knocker, "view");
});
