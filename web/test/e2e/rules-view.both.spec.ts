// The rules that most shares do not have, in Chromium and in Firefox, between pages and the command line: keys of named
// recipients, asking first, the access log, request links.

import { spawn } from "node:child_process";
import fs from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { generateHybridIdentity, generateX25519Identity, identityToRecipient } from "age-encryption";
import { choose, part, shows, stranger, textOf } from "./pages.ts";
import { photo } from "./photos.ts";
import { bin, Site } from "./site.ts";
import { Wire } from "./wire.ts";

const passphrase = "seven quiet lamps under old water";

let site: Site;
test.beforeAll(async () => {
  site = await Site.start("--admit", "open");
});
test.afterAll(() => site.stop());

/** What the command line sends. Its manage link goes to a file. */
async function sent(...args: string[]): Promise<{ readonly link: string; readonly manage: string }> {
  const file = site.file(`manage-${Math.random().toString(36).slice(2)}`);
  const ran = await site.cli("send", "--manage-file", file, ...args, photo("screenshot"));
  expect(ran.code, ran.stderr).toBe(0);
  return { link: ran.stdout.trim(), manage: fs.readFileSync(file, "utf8").trim() };
}

for (const [name, make] of [
  ["X25519", generateX25519Identity],
  ["hybrid", generateHybridIdentity],
] as const)
  test(`named recipients: a pasted ${name} key opens, and nothing of it leaves the page`, async ({ page }) => {
    const [mine, other] = await Promise.all([make(), make()]);
    const { link } = await sent("--recipient", await identityToRecipient(mine), "--views", "1");
    const wire = await Wire.before(site.url);
    await page.goto(link.replace(site.url, wire.url));
    await part(page, "identity").fill(other);
    await part(page, "open").click();
    await expect(part(page, "error")).toHaveAttribute("data-code", "wrong-key");
    await expect(part(page, "identity")).toHaveValue("");
    await part(page, "identity").fill(mine);
    await part(page, "open").click();
    await shows(page, "view");
    const told = wire.requests().bytes.toString("latin1");
    expect(told, "the search finds what is there").toContain("/take HTTP");
    for (const key of [mine, other]) expect(told).not.toContain(key.slice(20, 50));
    const kept = await page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }, history.state]));
    expect(kept).not.toContain(mine.slice(20, 50));
    expect(kept, "the search finds what is there").toContain("safelight:took");
    await wire.close();
  });

test("named recipients: a key file and a passphrase together", async ({ page }) => {
  const key = await generateX25519Identity();
  const words = site.file("words");
  fs.writeFileSync(words, `${passphrase}\n`);
  const { link } = await sent("--recipient", await identityToRecipient(key), "--passphrase-file", words);
  const file = site.file("key.txt");
  fs.writeFileSync(file, `# created: today\n# public key: ${await identityToRecipient(key)}\n${key}\n`);
  await page.goto(link);
  await part(page, "identity-file").setInputFiles(file);
  await expect(part(page, "identity")).not.toHaveValue("");
  await part(page, "passphrase").fill("seven quiet lamps under old milk");
  await part(page, "open").click();
  await expect(part(page, "error")).toHaveAttribute("data-code", "wrong-passphrase");
  await expect(part(page, "identity"), "the key fits and is not asked for again").toHaveCount(0);
  await part(page, "passphrase").fill(passphrase);
  await part(page, "open").click();
  await shows(page, "view");
});

/** Presses "Ask to be let in" and waits for the words. */
async function ask(page: Page, link: string): Promise<string> {
  await page.goto(link);
  await part(page, "ask").click();
  await expect(part(page, "words")).toBeVisible({ timeout: 30_000 });
  return ((await part(page, "words").textContent()) ?? "").trim().replace(/\s+/g, " ");
}

test("asking first: the command line lets in whose words are the same", async ({ page }) => {
  const { link, manage } = await sent("--ask-first");
  await page.goto(link);
  await part(page, "ask").click();
  await expect(part(page, "knock")).toHaveAttribute("data-state", "waiting");
  const door = spawn(bin("safelight"), ["admit", "--once", manage], { stdio: ["pipe", "pipe", "pipe"] });
  let said = "";
  for (const stream of [door.stdout, door.stderr])
    stream.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
  try {
    await expect(part(page, "words")).toBeVisible({ timeout: 30_000 });
    const words = ((await part(page, "words").textContent()) ?? "").trim().split(/\s+/);
    await expect.poll(() => words.every((word) => said.includes(word)), { timeout: 15_000 }).toBe(true);
    door.stdin.write("y\n");
    await shows(page, "view");
  } finally {
    door.kill();
  }
});

test("asking first: from one page to the other, refused and then let in", async ({ page, browser }) => {
  const { link, manage } = await sent("--ask-first", "--views", "1");
  const owner = await stranger(browser);
  await owner.goto(manage);
  const first = await ask(page, link);
  await expect(part(owner, "knock").first()).toContainText(first.split(" ")[0] ?? "-");
  await owner
    .getByRole("button", { name: /Turn away|Refuse|Do not let/ })
    .first()
    .click();
  await expect(part(page, "error")).toHaveAttribute("data-code", "refused");
  const second = await ask(page, link);
  expect(second).not.toBe(first);
  await owner
    .getByRole("button", { name: /Let in/ })
    .first()
    .click();
  await expect(page.getByText("The sender has let you in.")).toBeVisible({ timeout: 30_000 });
  await part(page, "open").click();
  await shows(page, "view");
});

test("an access log: the viewer is told before, and only pressing Open is noted", async ({ page }) => {
  const { link, manage } = await sent("--log");
  const events = async () => (await site.cli("log", "--json", manage)).stdout.match(/"opened"/g)?.length ?? 0;
  await page.goto(link);
  await expect(part(page, "logged")).toBeVisible();
  await expect(part(page, "open")).toBeVisible();
  expect(await events()).toBe(0);
  await part(page, "open").click();
  await shows(page, "view");
  expect(await events()).toBe(1);
});

/** Makes a request link on the page. */
async function makeRequest(page: Page): Promise<{ readonly link: string; readonly manage: string }> {
  await page.goto(`${site.url}/r`);
  await part(page, "make").click();
  await expect(part(page, "share-link")).toBeVisible();
  return { link: await textOf(page, "share-link"), manage: await textOf(page, "manage-link") };
}

/** Sends by a request link: one choice and nothing else. */
async function deliver(page: Page, link: string, files: string | string[]): Promise<void> {
  await page.goto(link);
  await choose(page, files);
  await expect(page.getByRole("heading", { level: 1, name: "Delivered" })).toBeVisible({ timeout: 60_000 });
}

test("a request link, from page to page: one choice, then Delivered; its maker opens what came", async ({
  page,
  browser,
}) => {
  const { link, manage } = await makeRequest(page);
  expect(link).toMatch(/\/r#[1-9A-HJ-NP-Za-km-z]{50}$/);
  const sender = await stranger(browser);
  await sender.goto(link);
  await expect(sender.getByRole("textbox")).toHaveCount(0);
  await deliver(sender, link, [photo("camera"), photo("screenshot")]);
  expect(await sender.content()).not.toContain("/m#");
  const maker = await stranger(browser);
  await maker.goto(manage);
  await expect(part(maker, "delivery")).toHaveCount(1);
  const shown = await part(maker, "delivery").getByRole("link").getAttribute("href");
  const viewer = await stranger(browser);
  await viewer.goto(new URL(shown ?? "", site.url).href);
  await shows(viewer, "view");
});

test("a request link between page and command line, both ways", async ({ page, browser }) => {
  const asked = await site.cli("request", "--json");
  expect(asked.code, asked.stderr).toBe(0);
  const { link, manage } = JSON.parse(asked.stdout) as { link: string; manage: string };
  await deliver(page, link, photo("screenshot"));
  const status = await site.cli("status", "--json", manage);
  const arrived = status.stdout.match(/\/s#[1-9A-HJ-NP-Za-km-z]{50}/g) ?? [];
  expect(arrived, status.stdout).toHaveLength(1);
  const got = await site.cli("get", "-o", site.file(`asked-${test.info().project.name}`), `${site.url}${arrived[0]}`);
  expect(got.code, got.stderr).toBe(0);

  const made = await makeRequest(await stranger(browser));
  const ran = await site.cli("send", "--to", made.link, photo("camera"));
  expect(ran.code, ran.stderr).toBe(0);
  await page.goto(made.manage);
  await expect(part(page, "delivery")).toHaveCount(1);
});
