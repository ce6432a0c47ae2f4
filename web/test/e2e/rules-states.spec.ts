// Every state of the pages for keys, asking first and request links: words, a code, axe, and a picture to look at.
import fs from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { look } from "./look.ts";
import { choose, part, shows, stranger, textOf } from "./pages.ts";
import { photo } from "./photos.ts";
import { Site } from "./site.ts";
import { Wire } from "./wire.ts";

let site: Site;
test.beforeAll(async () => {
  site = await Site.start("--admit", "open");
});
test.afterAll(() => site.stop());

async function sent(...args: string[]): Promise<{ readonly link: string; readonly manage: string }> {
  const file = site.file(`manage-${Math.random().toString(36).slice(2)}`);
  const ran = await site.cli("send", "--manage-file", file, ...args, photo("screenshot"));
  expect(ran.code, ran.stderr).toBe(0);
  return { link: ran.stdout.trim(), manage: fs.readFileSync(file, "utf8").trim() };
}

async function asked(at: Site, ...args: string[]): Promise<{ readonly link: string; readonly manage: string }> {
  const ran = await at.cli("request", "--json", ...args);
  expect(ran.code, ran.stderr).toBe(0);
  return JSON.parse(ran.stdout) as { link: string; manage: string };
}

const code = (page: Page) => part(page, "error").first();

test("view: for certain people", async ({ page }) => {
  const key = await generateX25519Identity();
  const words = site.file("words");
  fs.writeFileSync(words, "seven quiet lamps under old water\n");
  const { link } = await sent("--recipient", await identityToRecipient(key), "--passphrase-file", words, "--log");
  await page.goto(link);
  await expect(part(page, "identity")).toBeVisible();
  await look(page, "view-key");
  await part(page, "identity").fill("AGE-SECRET-KEY-1NOT");
  await part(page, "passphrase").fill("x");
  await page.keyboard.press("Enter");
  await expect(code(page)).toHaveAttribute("data-code", "bad-key");
  await look(page, "view-key-bad");
});

test("view: a key or the sender", async ({ page }) => {
  const key = await generateX25519Identity();
  const { link } = await sent("--recipient", await identityToRecipient(key), "--ask-first");
  await page.goto(link);
  await expect(part(page, "ask")).toBeVisible();
  await look(page, "view-key-or-ask");
  await part(page, "ask").click();
  await expect(part(page, "knock")).toBeVisible();
  await part(page, "cancel").click();
  await part(page, "identity").fill(key);
  await part(page, "open").click();
  await shows(page, "view");
});

test("view: asking to be let in, the words, somebody else's turn", async ({ page, browser }) => {
  const { link, manage } = await sent("--ask-first");
  await page.goto(link);
  await expect(part(page, "ask")).toBeVisible();
  await look(page, "view-ask");
  await part(page, "ask").click();
  await expect(part(page, "knock")).toHaveAttribute("data-state", "waiting");
  await look(page, "view-ask-waiting");
  const visitors = await Promise.all(Array.from({ length: 7 }, () => stranger(browser)));
  for (const visitor of visitors) {
    await visitor.goto(link);
    await part(visitor, "ask").click();
    await expect(part(visitor, "knock")).toHaveAttribute("data-state", "waiting");
  }
  const ninth = await stranger(browser);
  await ninth.goto(link);
  await part(ninth, "ask").click();
  await expect(code(ninth)).toHaveAttribute("data-code", "full");
  await look(ninth, "view-ask-full");
  for (const visitor of visitors) await visitor.context().close();
  const owner = await stranger(browser);
  await owner.goto(manage);
  await expect(part(page, "words")).toBeVisible({ timeout: 30_000 });
  await look(page, "view-ask-words");
});

test("view: refused, and the server away while asking", async ({ page }) => {
  const { link } = await sent("--ask-first");
  const wire = await Wire.before(site.url);
  await page.goto(link.replace(site.url, wire.url));
  await part(page, "ask").click();
  await expect(part(page, "knock")).toHaveAttribute("data-state", "waiting");
  wire.breakLine();
  await expect(page.getByText("does not answer at the moment")).toBeVisible({ timeout: 30_000 });
  wire.mendLine();
  await expect(page.getByText("Keep this page open")).toBeVisible({ timeout: 30_000 });
  await wire.close();
});

test("view: in German", async ({ browser }) => {
  const { link } = await sent("--ask-first", "--log");
  const page = await stranger(browser, { locale: "de-DE" });
  await page.goto(link);
  await expect(part(page, "ask")).toHaveText("Um Einlass bitten");
  await look(page, "view-ask-de");
});

test("request: ready, sending, delivered, and again", async ({ page }) => {
  const { link } = await asked(site);
  await page.goto(link);
  await expect(part(page, "status")).toHaveAttribute("data-state", "choosing");
  await look(page, "request-ready");
  await page.route("**/parts/**", async (route) => {
    await new Promise((r) => setTimeout(r, 3000));
    await route.continue().catch(() => {});
  });
  await choose(page, [photo("camera"), photo("screenshot")]);
  await expect(part(page, "cancel")).toBeVisible();
  await look(page, "request-sending");
  await page.unroute("**/parts/**");
  await expect(part(page, "status")).toHaveAttribute("data-state", "complete", { timeout: 60_000 });
  await look(page, "request-delivered");
  await part(page, "again").click();
  await expect(part(page, "status")).toHaveAttribute("data-state", "choosing");
});

test("request: cancelled, and what is no photo", async ({ page }) => {
  const { link, manage } = await asked(site);
  const notes = site.file("notes.pdf");
  fs.writeFileSync(notes, "%PDF-1.4 nothing");
  await page.goto(link);
  await choose(page, notes);
  await expect(code(page)).toBeVisible();
  await expect(page.getByText("notes.pdf").first()).toBeVisible();
  await page.route("**/parts/**", async (route) => {
    await new Promise((r) => setTimeout(r, 3000));
    await route.continue().catch(() => {});
  });
  await page.reload();
  await choose(page, photo("camera"));
  await part(page, "cancel").click();
  await expect(part(page, "status")).toHaveAttribute("data-state", "choosing");
  expect((await site.cli("status", "--json", manage)).stdout).not.toMatch(/\/s#/);
});

test("request: the line breaks in the middle, and it goes on", async ({ page }) => {
  const { link } = await asked(site);
  const wire = await Wire.before(site.url);
  await page.goto(link.replace(site.url, wire.url));
  await expect(part(page, "status")).toHaveAttribute("data-state", "choosing");
  await page.waitForTimeout(1500); // the engine has to be there: it comes over the same line
  wire.breakLine();
  await choose(page, photo("camera"));
  await expect(code(page)).toHaveAttribute("data-code", "away", { timeout: 60_000 });
  await look(page, "request-away");
  wire.mendLine();
  await page.getByRole("button", { name: "Go on" }).click();
  await expect(part(page, "status")).toHaveAttribute("data-state", "complete", { timeout: 60_000 });
  await wire.close();
});

for (const [name, change, want] of [
  ["cut", (l: string) => l.slice(0, -7), "link-cut"],
  ["mistyped", (l: string) => l.slice(0, -1) + (l.endsWith("2") ? "3" : "2"), "link-mistyped"],
] as const)
  test(`request: link ${name}`, async ({ page }) => {
    const { link } = await asked(site);
    await page.goto(change(link));
    await expect(code(page)).toHaveAttribute("data-code", want);
    await look(page, `request-link-${name}`);
    await page.getByRole("textbox").fill(link);
    await page.keyboard.press("Enter");
    await expect(part(page, "status")).toHaveAttribute("data-state", "choosing");
  });

test("request: closed, and ended; a share's link in the wrong place", async ({ page }) => {
  const { link, manage } = await asked(site);
  expect((await site.cli("set", "--closed", manage)).code).toBe(0);
  await page.goto(link);
  await expect(code(page)).toHaveAttribute("data-code", "closed");
  await look(page, "request-closed");
  expect((await site.cli("delete", manage)).code).toBe(0);
  await page.reload();
  await expect(code(page)).toHaveAttribute("data-code", "ended");
  await look(page, "request-ended");
  const share = await sent();
  await page.goto(share.link.replace("/s#", "/r#"));
  await expect(code(page)).toHaveAttribute("data-code", "link-kind");
  await page.goto(manage.replace("/m#", "/r#"));
  await expect(code(page)).toHaveAttribute("data-code", "link-manage");
});

test("request: closed while photos are on their way deletes them and says so", async ({ page }) => {
  const { link, manage } = await asked(site);
  await page.goto(link);
  await page.route("**/posts", async (route) => {
    await site.cli("set", "--closed", manage);
    await route.continue();
  });
  await choose(page, photo("screenshot"));
  await expect(code(page)).toHaveAttribute("data-code", "closed", { timeout: 60_000 });
});

test("request: a server that changes the mailbox is not believed", async ({ page }) => {
  const { link } = await asked(site);
  await page.route("**/mailboxes/*/open", async (route) => {
    const reply = await route.fetch();
    const body = await reply.body();
    body[600] = (body[600] ?? 0) ^ 1; // in the recipient
    await route.fulfill({ response: reply, body });
  });
  await page.goto(link);
  await expect(code(page)).toHaveAttribute("data-code", "damaged");
  await expect(part(page, "photo-input")).toHaveCount(0);
});

test("request: where the server asks for an invitation, the link is one; making a link needs it", async ({
  page,
  browser,
}) => {
  const asking = await Site.start("--admit", "token");
  try {
    const token = /#(\S+)/.exec(asking.log)?.[1] ?? "";
    await page.goto(`${asking.url}/r`);
    await part(page, "make").click();
    await expect(code(page)).toHaveAttribute("data-code", "token");
    await look(page, "make-token");
    await part(page, "token").fill(token);
    await page.keyboard.press("Enter");
    await expect(part(page, "share-link")).toBeVisible();
    const sender = await stranger(browser);
    await sender.goto(await textOf(page, "share-link"));
    await choose(sender, photo("screenshot"));
    await expect(part(sender, "status")).toHaveAttribute("data-state", "complete", { timeout: 60_000 });
  } finally {
    await asking.stop();
  }
});

test("make: a link and a key, by keyboard", async ({ page }) => {
  await page.goto(`${site.url}/r`);
  await expect(part(page, "make")).toBeVisible();
  await look(page, "make");
  await part(page, "make").focus();
  await page.keyboard.press("Enter");
  await expect(part(page, "share-link")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  await look(page, "make-ready");
});

test("request: in German, on a phone", async ({ browser }) => {
  const { link } = await asked(site);
  const page = await stranger(browser, { locale: "de-DE", viewport: { width: 390, height: 844 }, hasTouch: true });
  await page.goto(link);
  await expect(part(page, "status")).toHaveAttribute("data-state", "choosing");
  await look(page, "request-ready-de");
  await choose(page, photo("screenshot"));
  await expect(page.getByRole("heading", { name: "Zugestellt" })).toBeVisible({ timeout: 60_000 });
  await page.goto(`${site.url}/r`);
  await expect(part(page, "make")).toBeVisible();
  await look(page, "make-de");
});
