// The manage page: every rule is changed from the manage link alone, on another device, and seen where it has to hold.
import fs from "node:fs";
import { type Browser, expect, type Page, test } from "@playwright/test";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { look } from "./look.ts";
import { part, shows, stranger } from "./pages.ts";
import { photo } from "./photos.ts";
import { Site } from "./site.ts";

let site: Site;
test.beforeAll(async () => {
  site = await Site.start("--admit", "open");
});
test.afterAll(() => site.stop());

/** A share sent by the command line, and its manage page on another device. */
async function managed(browser: Browser, ...flags: string[]): Promise<{ owner: Page; link: string; manage: string }> {
  const file = site.file(`manage-${Math.random()}`);
  const sent = await site.cli("send", "--manage-file", file, ...flags, photo("screenshot"));
  expect(sent.code, sent.stderr).toBe(0);
  const manage = fs.readFileSync(file, "utf8").trim();
  const owner = await stranger(browser, { viewport: { width: 1280, height: 900 } });
  await owner.goto(manage);
  await expect(part(owner, "views")).toBeVisible();
  return { owner, link: sent.stdout.trim(), manage };
}

const done = (page: Page, what: string) => expect(page.locator(`[data-done="${what}"]`)).toBeVisible();

test("the access log: on, written, exported, off and erased", async ({ browser }) => {
  const { owner, link, manage } = await managed(browser, "--views", "3");
  await part(owner, "log-on").click();
  await done(owner, "log");
  for (let n = 0; n < 2; n++) {
    const viewer = await stranger(browser);
    await viewer.goto(link);
    await part(viewer, "open").click();
    await shows(viewer, "view");
  }
  await part(owner, "log-refresh").click();
  await expect(part(owner, "log-entry").filter({ hasText: "Opened" })).toHaveCount(2);
  await expect(part(owner, "log-entry").first()).toContainText("Opened, 2 of 3");
  await expect(owner.getByRole("img", { name: /Opened 2 times/ })).toBeVisible();
  await look(owner, "manage-log");

  const files = new Map<string, string>();
  for (const kind of ["csv", "json"]) {
    const [download] = await Promise.all([owner.waitForEvent("download"), part(owner, `log-${kind}`).click()]);
    files.set(kind, fs.readFileSync((await download.path()) ?? "", "utf8"));
  }
  expect(files.get("csv")).toMatch(/^at,what,revision\r\n(\d{4}-\d\d-\d\dT[\d:.]+Z,taken,2\r\n){2}$/);
  expect(JSON.parse(files.get("json") ?? "")).toMatchObject({ events: [{}, {}], ever: 2, unreadable: 0 });
  // The command line reads the same log and writes the same bytes.
  for (const [kind, saved] of files) expect((await site.cli("log", `--${kind}`, manage)).stdout).toBe(saved);

  await part(owner, "log-off").click();
  await look(owner, "manage-log-off");
  await part(owner, "log-off-confirm").click();
  await done(owner, "no-log");
  await part(owner, "log-on").click();
  await done(owner, "log");
  await expect(part(owner, "log-entry").filter({ hasText: "Opened" })).toHaveCount(0);
});

test("a wrong passphrase is in the log", async ({ browser }) => {
  const words = site.file("words.txt");
  fs.writeFileSync(words, "seven quiet lamps under old water\n");
  const { owner, link } = await managed(browser, "--passphrase-file", words);
  await part(owner, "log-on").click();
  await done(owner, "log");
  const viewer = await stranger(browser);
  await viewer.goto(link);
  await part(viewer, "passphrase").fill("seven quiet lamps under old milk");
  await part(viewer, "open").click();
  await expect(part(viewer, "error")).toHaveAttribute("data-code", "wrong-passphrase");
  await part(viewer, "passphrase").fill("seven quiet lamps under old water");
  await part(viewer, "open").click();
  await shows(viewer, "view");
  await part(owner, "log-refresh").click();
  await expect(part(owner, "log-entry").filter({ hasText: "Opened" })).toHaveCount(1);
  await expect(part(owner, "log-entry").filter({ hasText: /passphrase/ })).toHaveCount(1);
});

test("expiry and views, both ways, and the command line sees them", async ({ browser }) => {
  const { owner, link, manage } = await managed(browser, "--expires", "2d");
  await part(owner, "extend").click();
  await done(owner, "saved");
  await expect(owner.getByText(/^[23] d \d+ h \d+ m$/)).toBeVisible();
  await part(owner, "shorten").click();
  await part(owner, "views").fill("1");
  await part(owner, "set-views").click();
  await expect(owner.getByText("0 of 1 used")).toBeVisible();
  const status = await site.cli("status", "--json", manage);
  expect(status.code, status.stderr).toBe(0);
  expect(JSON.parse(status.stdout)).toMatchObject({ views: 1 });
  const viewer = await stranger(browser);
  await viewer.goto(link);
  await expect(viewer.getByText("last view").first()).toBeVisible();
  // And the other way: what the command line sets is on the page.
  expect((await site.cli("set", "--views", "7", manage)).code).toBe(0);
  await owner.reload();
  await expect(owner.getByText("0 of 7 used")).toBeVisible();
});

test("a passphrase is suggested, set, and taken away without the old one", async ({ browser }) => {
  const { owner, link } = await managed(browser);
  await part(owner, "passphrase").fill("password1");
  await expect(part(owner, "strength")).toHaveAttribute("data-level", "0");
  await part(owner, "set-passphrase").click();
  await expect(part(owner, "error")).toHaveAttribute("data-code", "weak");
  await part(owner, "suggest").click();
  await expect(part(owner, "passphrase")).toHaveValue(/^([a-z]+-){5}[a-z]+$/);
  const words = await part(owner, "passphrase").inputValue();
  await expect(part(owner, "strength")).toHaveAttribute("data-level", /[23]/);
  await look(owner, "manage-passphrase");
  await part(owner, "set-passphrase").click();
  await done(owner, "passphrase");
  const file = site.file("suggested.txt");
  fs.writeFileSync(file, words);
  expect((await site.cli("get", "-o", site.file("without"), link)).code).not.toBe(0);
  expect((await site.cli("get", "-o", site.file("with"), "--passphrase-file", file, link)).code).toBe(0);
  const again = await stranger(browser);
  await again.goto(owner.url());
  await part(again, "remove-passphrase").click();
  await done(again, "no-passphrase");
  expect((await site.cli("get", "-o", site.file("removed"), link)).code).toBe(0);
});

test("forgetting takes the link out of page and address bar", async ({ browser }) => {
  const { owner, manage } = await managed(browser);
  const code = manage.split("#")[1] ?? "";
  await part(owner, "forget").click();
  await expect(owner.getByRole("heading", { name: "Forgotten here" })).toBeVisible();
  expect(owner.url()).not.toContain(code);
  expect(await owner.content()).not.toContain(code);
  await look(owner, "manage-forgotten");
  await owner.reload();
  await expect(part(owner, "error")).toHaveAttribute("data-code", "link-none");
});

test("the page is whole in German and with the keyboard alone", async ({ browser }) => {
  const { manage } = await managed(browser);
  const owner = await stranger(browser, { locale: "de-DE" });
  await owner.goto(manage);
  await expect(owner.getByRole("heading", { name: "Regeln" })).toBeVisible();
  await look(owner, "manage-de");
  const reached = new Set<string>();
  for (let i = 0; i < 60; i++) {
    await owner.keyboard.press("Tab");
    reached.add(await owner.evaluate(() => document.activeElement?.getAttribute("data-testid") ?? ""));
  }
  for (const id of [
    "expires",
    "extend",
    "views",
    "passphrase",
    "suggest",
    "ask-first",
    "named",
    "log-on",
    "forget",
    "delete",
  ])
    expect(reached, id).toContain(id);
});

test("asking first: both see the same words, one is let in, one is not", async ({ browser }) => {
  const { owner, link } = await managed(browser);
  await part(owner, "ask-first").check();
  await part(owner, "set-people").click();
  await done(owner, "people");
  await expect(part(owner, "door")).toBeVisible();
  await look(owner, "manage-door-empty");

  const [first, second] = [await stranger(browser), await stranger(browser)];
  for (const viewer of [first, second]) {
    await viewer.goto(link);
    await part(viewer, "ask").click();
  }
  const knocks = part(owner, "knock");
  await expect(knocks).toHaveCount(2, { timeout: 30_000 });
  await expect(part(first, "words")).toBeVisible({ timeout: 30_000 });
  await expect(part(second, "words")).toBeVisible({ timeout: 30_000 });
  await expect(owner.locator('[data-testid="knock"][data-state="decide"]')).toHaveCount(2, { timeout: 30_000 });
  const said = async (page: Page) => ((await part(page, "words").first().textContent()) ?? "").trim().split(/\s+/);
  const words = await said(first);
  expect(words).toHaveLength(3);
  expect(await said(second)).not.toEqual(words);
  await expect(owner).toHaveTitle(/^\(2\) /);
  await look(owner, "manage-door");

  const mine = knocks.filter({ hasText: new RegExp(words.join("\\s+")) });
  await part(owner, "let-in")
    .and(owner.getByRole("button", { name: words.join(" ") }))
    .click();
  await expect(mine).toHaveAttribute("data-state", "in");
  await shows(first, "view");
  await part(owner, "refuse").click();
  await expect(owner.locator('[data-testid="knock"][data-state="refused"]')).toHaveCount(1);
  await expect(part(second, "photo")).toHaveCount(0);
  await expect(second.getByText(/not let|refused|did not/i).first()).toBeVisible();
});

test("named people: set on the manage page, opened with their key, and by nobody else", async ({ browser }) => {
  const identity = await generateX25519Identity();
  const other = await generateX25519Identity();
  const { owner, link } = await managed(browser);
  await part(owner, "named").check();
  await expect(part(owner, "set-people")).toBeDisabled();
  await part(owner, "recipients").fill(`${await identityToRecipient(identity)}x`);
  await expect(part(owner, "people").getByRole("alert")).toBeVisible();
  await part(owner, "recipients").fill(other);
  await expect(part(owner, "people").getByText("secret key")).toBeVisible();
  await expect(part(owner, "recipients")).toHaveValue("");
  await part(owner, "recipients").fill(await identityToRecipient(identity));
  await expect(part(owner, "recipient")).toHaveCount(1);
  await look(owner, "manage-people");
  await part(owner, "set-people").click();
  await done(owner, "people");
  await expect(part(owner, "people").getByText("Only the people whose keys you gave")).toBeVisible();

  const viewer = await stranger(browser);
  await viewer.goto(link);
  await part(viewer, "identity").fill(other);
  await part(viewer, "open").click();
  await expect(part(viewer, "error")).toBeVisible();
  await part(viewer, "identity").fill(identity);
  await part(viewer, "open").click();
  await shows(viewer, "view");

  await part(owner, "named").uncheck();
  await part(owner, "set-people").click();
  await done(owner, "people");
  const anyone = await stranger(browser);
  await anyone.goto(link);
  await shows(anyone, "view");
});

test("a request link: what arrives is listed and opens; closed, it takes nothing", async ({ browser }) => {
  const file = site.file("request.manage");
  const made = await site.cli("request", "--manage-file", file);
  expect(made.code, made.stderr).toBe(0);
  const request = made.stdout.trim();
  const owner = await stranger(browser, { viewport: { width: 1280, height: 900 } });
  await owner.goto(fs.readFileSync(file, "utf8").trim());
  await expect(part(owner, "box-state")).toHaveAttribute("data-state", "open");
  await expect(owner.getByText("Nothing yet")).toBeVisible();
  expect(((await part(owner, "share-link").textContent()) ?? "").trim()).toBe(request);
  await look(owner, "manage-box-empty");

  for (const seed of [1, 2]) {
    const sent = await site.cli("send", "--to", request, photo("screenshot", seed));
    expect(sent.code, sent.stderr).toBe(0);
  }
  await owner.reload();
  await expect(part(owner, "delivery")).toHaveCount(2);
  await look(owner, "manage-box");
  const [opened] = await Promise.all([
    owner.context().waitForEvent("page"),
    part(owner, "delivery").first().getByRole("link").click(),
  ]);
  await shows(opened, "view");

  await part(owner, "box-switch").click();
  await expect(part(owner, "box-state")).toHaveAttribute("data-state", "closed");
  expect((await site.cli("send", "--to", request, photo("screenshot"))).code).not.toBe(0);
  await part(owner, "box-switch").click();
  await expect(part(owner, "box-state")).toHaveAttribute("data-state", "open");
  await part(owner, "extend").click();
  await done(owner, "saved");
  await part(owner, "delete").click();
  await part(owner, "delete-confirm").click();
  await expect(owner.getByRole("heading", { name: "Deleted" })).toBeVisible();
  expect((await site.cli("send", "--to", request, photo("screenshot"))).code).not.toBe(0);
});
