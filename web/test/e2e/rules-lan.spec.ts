// The rules over plain HTTP in a LAN, where the browser withholds crypto.subtle: named people, asking first, the log,
// a mailbox.
import fs from "node:fs";
import { expect, test } from "@playwright/test";
import { generateHybridIdentity, identityToRecipient } from "age-encryption";
import { choose, part, shows, stranger, textOf } from "./pages.ts";
import { photo } from "./photos.ts";
import { Site } from "./site.ts";

test.use({
  launchOptions: {
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--host-resolver-rules=MAP lan.test 127.0.0.1"],
  },
});

test("every rule works without a secure context", async ({ page, browser }) => {
  const site = await Site.start("--admit", "open");
  const lan = (url: string) => url.replace("127.0.0.1", "lan.test");
  try {
    const identity = await generateHybridIdentity();
    await page.goto(lan(`${site.url}/`));
    expect(await page.evaluate(() => [isSecureContext, "subtle" in crypto])).toEqual([false, false]);
    await choose(page, photo("screenshot"));
    for (const id of ["named", "access-log"]) await part(page, id).check();
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
    await part(owner, "named").check();
    await part(owner, "recipients").fill(await identityToRecipient(identity));
    await part(owner, "set-people").click();
    await expect(owner.getByText("The people whose keys you gave, and whom you let in.")).toBeVisible();

    const file = site.file("lan-request");
    const made = await site.cli("request", "--manage-file", file);
    expect((await site.cli("send", "--to", made.stdout.trim(), photo("screenshot"))).code).toBe(0);
    const maker = await stranger(browser);
    await maker.goto(lan(fs.readFileSync(file, "utf8").trim()));
    await expect(part(maker, "delivery")).toHaveCount(1);

    await page.goto(lan(`${site.url}/inspect`));
    await choose(page, photo("telling"));
    await expect(part(page, "finding").first()).toBeVisible();
  } finally {
    await site.stop();
  }
});
