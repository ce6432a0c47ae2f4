// The rules of the send page: each is set on the page, and seen where it has to hold, by the command line and the page
// that shows.
import fs from "node:fs";
import path from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { generateHybridIdentity, generateX25519Identity, identityToRecipient } from "age-encryption";
import { look } from "./look.ts";
import { choose, part, type Sent, shows, stranger, textOf } from "./pages.ts";
import { photo, planted } from "./photos.ts";
import { Site } from "./site.ts";

let site: Site;
test.beforeAll(async () => {
  site = await Site.start("--admit", "open");
});
test.afterAll(() => site.stop());

const known = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

/** Chooses a photo, and sends it after the rules were set. */
async function sendWith(page: Page, file: string, rules: (page: Page) => Promise<void>): Promise<Sent> {
  await page.goto(`${site.url}/`);
  await choose(page, file);
  await rules(page);
  await part(page, "send").click();
  await expect(part(page, "status")).toHaveAttribute("data-state", "complete", { timeout: 60_000 });
  const manage = part(page, "manage-link");
  return {
    link: await textOf(page, "share-link"),
    manage: (await manage.count()) > 0 ? await textOf(page, "manage-link") : "",
  };
}

test("everything is switched on", async ({ page }) => {
  await page.goto(`${site.url}/`);
  await choose(page, photo("telling"));
  for (const id of ["pixels-only", "keep-caption", "named", "ask-first", "access-log", "borrowed"])
    await part(page, id).check();
  await part(page, "recipients").fill(known);
  await expect(part(page, "recipient")).toHaveCount(1);
  await part(page, "passphrase").fill("password1");
  await expect(part(page, "strength")).toHaveAttribute("data-level", "0");
  await expect(page.getByText(/common password/)).toBeVisible();
  await expect(part(page, "send")).toBeDisabled();
  await page.getByText("Until a date").click();
  await look(page, "send-rules");
});

test("pixels only: nothing of the camera is in what arrives", async ({ page, browser }) => {
  const { link } = await sendWith(page, photo("telling"), (p) => part(p, "pixels-only").check());
  const out = site.file("pixels-only");
  const got = await site.cli("get", "-o", out, link);
  expect(got.code, got.stderr).toBe(0);
  const [file] = got.stdout.trim().split("\n");
  const bytes = fs.readFileSync(file ?? "");
  await expect(part(page, "removed")).toContainText("Only new pixels were sent");
  // A WebP, smaller than what the camera took: at most 0.9 of its 1500 pixels.
  expect(bytes.subarray(8, 12).toString()).toBe("WEBP");
  const viewer = await stranger(browser);
  await viewer.goto(link);
  await shows(viewer, "view");
  const width = await part(viewer, "photo")
    .first()
    .evaluate((e) => Math.max(...[...e.querySelectorAll("img")].map((img) => img.naturalWidth)));
  expect(width).toBeLessThanOrEqual(1350);
  // The control: without it the original arrives, as the camera wrote its pixels.
  const { link: whole } = await sendWith(await stranger(browser), photo("telling"), async () => undefined);
  const original = await site.cli("get", "-o", site.file("whole"), whole);
  const [jpeg] = original.stdout.trim().split("\n");
  expect(fs.readFileSync(jpeg ?? "").subarray(0, 2)).toEqual(Buffer.of(0xff, 0xd8));
});

test("pixels only can be switched on and off again before sending", async ({ page }) => {
  const { link } = await sendWith(page, photo("screenshot"), async (p) => {
    await part(p, "pixels-only").check();
    await part(p, "pixels-only").uncheck();
  });
  const got = await site.cli("get", "-o", site.file("changed-mind"), link);
  const [file] = got.stdout.trim().split("\n");
  expect(path.extname(file ?? "")).toBe(".png");
});

test("an expiry in minutes, and one by date", async ({ page }) => {
  const { manage } = await sendWith(page, photo("screenshot"), (p) => part(p, "expires").fill("3d 4h 12m"));
  const status = JSON.parse((await site.cli("status", "--json", manage)).stdout) as { expires: string };
  const left = new Date(status.expires).getTime() - Date.now();
  expect(Math.abs(left - (3 * 86_400_000 + 4 * 3_600_000 + 12 * 60_000))).toBeLessThan(120_000);

  await page.goto(`${site.url}/`);
  await choose(page, photo("screenshot"));
  await page.getByText("Until a date").click();
  const until = new Date(Date.now() + 36 * 3_600_000);
  const local = new Date(until.getTime() - until.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  await part(page, "until").fill(local);
  await expect(part(page, "expires")).toHaveValue(/^1d (11h 59m|12h( 1m)?)$/);
  await part(page, "expires").fill("400d");
  await expect(page.getByText(/does not keep shares that long/)).toBeVisible();
  await expect(part(page, "send")).toBeDisabled();
});

test("named people: their key opens it, on the page and on the command line, and nobody else's", async ({
  page,
  browser,
}) => {
  const classic = await generateX25519Identity();
  const hybrid = await generateHybridIdentity();
  const list = site.file("team.txt");
  fs.writeFileSync(list, `# team\n${await identityToRecipient(classic)}\n${await identityToRecipient(hybrid)}\n`);
  const { link } = await sendWith(page, photo("screenshot"), async (p) => {
    await part(p, "named").check();
    await expect(part(p, "send")).toBeDisabled();
    await part(p, "recipients").fill("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKg");
    await expect(p.getByText(/SSH keys work on the command line/)).toBeVisible();
    await part(p, "recipients").fill(known);
    await expect(part(p, "recipient")).toHaveCount(1);
    await part(p, "recipients-file").setInputFiles(list);
    await expect(part(p, "recipient")).toHaveCount(3);
    await p
      .getByRole("button", { name: /^Remove the key/ })
      .first()
      .click();
    await expect(part(p, "recipient")).toHaveCount(2);
  });
  const keys = { classic, hybrid, stranger: await generateX25519Identity() };
  for (const [name, key] of Object.entries(keys)) {
    const file = site.file(`${name}.key`);
    fs.writeFileSync(file, `${key}\n`, { mode: 0o600 });
    const got = await site.cli("get", "-o", site.file(`got-${name}`), "--identity", file, link);
    expect(got.code === 0, `${name}: ${got.stderr}`).toBe(name !== "stranger");
  }
  const viewer = await stranger(browser);
  await viewer.goto(link);
  await part(viewer, "identity").fill(hybrid);
  await part(viewer, "open").click();
  await shows(viewer, "view");
});

test("asking first and an access log, set before sending", async ({ page, browser }) => {
  const { link, manage } = await sendWith(page, photo("screenshot"), async (p) => {
    await part(p, "ask-first").check();
    await part(p, "access-log").check();
  });
  await expect(page.getByText(/Nobody gets in before you let them/)).toBeVisible();
  const [viewer, owner] = [await stranger(browser), await stranger(browser)];
  await viewer.goto(link);
  await expect(part(viewer, "logged")).toBeVisible();
  await part(viewer, "ask").click();
  await owner.goto(manage);
  await part(owner, "let-in").click({ timeout: 40_000 });
  await shows(viewer, "view");
  await part(owner, "log-refresh").click();
  await expect(part(owner, "log-entry").filter({ hasText: "knocked" })).toHaveCount(1);
  await expect(part(owner, "log-entry").filter({ hasText: "Opened" })).toHaveCount(1);
});

test("a borrowed device: the manage link is a code only, and is forgotten", async ({ page }) => {
  const { manage } = await sendWith(page, photo("screenshot"), (p) => part(p, "borrowed").check());
  expect(manage).toBe("");
  expect(await page.content()).not.toContain("/m#");
  await look(page, "send-borrowed");
  await part(page, "show-code").click();
  await expect(page.getByRole("img", { name: "The manage link as a QR code" })).toBeVisible();
  await look(page, "send-borrowed-code");
  await part(page, "forget").click();
  await expect(part(page, "forgotten")).toBeVisible();
  await expect(page.getByRole("img", { name: "The manage link as a QR code" })).toHaveCount(0);
});

test("caption and credit go along when asked, edited; and not otherwise", async ({ page, browser }) => {
  const { link } = await sendWith(page, photo("telling"), async (p) => {
    await part(p, "keep-caption").check();
    await expect(part(p, "credit")).toHaveValue(planted.owner);
    await part(p, "caption").fill("A road between hedges, in May");
  });
  const viewer = await stranger(browser);
  await viewer.goto(link);
  await shows(viewer, "view");
  await viewer.getByRole("button", { name: "Info" }).click();
  await expect(viewer.getByText("A road between hedges, in May").first()).toBeVisible();
  await expect(viewer.getByText(planted.owner).first()).toBeVisible();
  const out = await site.cli("get", "-o", site.file("captioned"), link);
  const [file] = out.stdout.trim().split("\n");
  expect(fs.readFileSync(file ?? "").includes(planted.owner), "the text never stays in the file").toBe(false);

  const { link: bare } = await sendWith(await stranger(browser), photo("telling"), async () => undefined);
  const other = await stranger(browser);
  await other.goto(bare);
  await shows(other, "view");
  await other.getByRole("button", { name: "Info" }).click();
  await expect(other.getByText(planted.owner)).toHaveCount(0);
});

test("the keyboard alone sets every rule", async ({ page }) => {
  await page.goto(`${site.url}/`);
  await choose(page, photo("screenshot"));
  await expect(part(page, "send")).toBeEnabled();
  const wanted = ["pixels-only", "keep-caption", "named", "ask-first", "access-log", "borrowed"];
  for (let i = 0; i < 60 && wanted.length > 0; i++) {
    await page.keyboard.press("Tab");
    const id = await page.evaluate(() => document.activeElement?.getAttribute("data-testid") ?? "");
    if (id !== wanted[0]) continue;
    await page.keyboard.press("Space");
    await expect(part(page, id)).toBeChecked();
    wanted.shift();
  }
  expect(wanted).toEqual([]);
  await part(page, "recipients").focus();
  await page.keyboard.insertText(known);
  await expect(part(page, "recipient")).toHaveCount(1);
  await page.getByRole("button", { name: /^Remove the key/ }).focus();
  await page.keyboard.press("Enter");
  await expect(part(page, "recipient")).toHaveCount(0);
});

test("German", async ({ browser }) => {
  const page = await stranger(browser, { locale: "de-DE" });
  await page.goto(`${site.url}/`);
  await choose(page, photo("telling"));
  for (const id of ["pixels-only", "named", "access-log"]) await part(page, id).check();
  await part(page, "passphrase").fill("sommer");
  await expect(page.getByText(/schnell erraten/i).first()).toBeVisible();
  await look(page, "send-rules-de");
});
