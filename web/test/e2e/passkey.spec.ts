// A passkey as the key of a named recipient, with Chromium's own authenticator: made on /r, given to a sender, used on /s.
import { expect, type Page, test } from "@playwright/test";
import { findings } from "./look.ts";
import { part, shows, stranger, textOf } from "./pages.ts";
import { photo } from "./photos.ts";
import { Site } from "./site.ts";

let site: Site;
test.beforeAll(async () => {
  site = await Site.start("--admit", "open");
});
test.afterAll(() => site.stop());

/** A device with an authenticator in it. WebAuthn takes no address for a site's name, so this goes by "localhost". */
async function device(page: Page, hasPrf: boolean): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      ctap2Version: "ctap2_1",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      hasPrf,
    },
  });
}

const local = (url: string) => url.replace("127.0.0.1", "localhost");

async function sealedFor(recipient: string): Promise<string> {
  const ran = await site.cli("send", "--recipient", recipient, photo("screenshot"));
  expect(ran.code, ran.stderr).toBe(0);
  return local(ran.stdout.trim());
}

test("made on one page, it opens on another, and shows the same recipient again", async ({ page }) => {
  await device(page, true);
  await page.goto(local(`${site.url}/r`));
  await part(page, "make-key").click();
  const recipient = await textOf(page, "recipient");
  expect(recipient).toMatch(/^age1[02-9ac-hj-np-z]{58}$/);
  await page.reload();
  await part(page, "show-key").click();
  expect(await textOf(page, "recipient")).toBe(recipient);
  expect(await findings(page)).toEqual([]);

  await page.goto(await sealedFor(recipient));
  await part(page, "passkey").click();
  await shows(page, "view");
  const kept = await page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }]));
  expect(kept).not.toMatch(/AGE-SECRET|[0-9a-f]{64}/);
});

test("another device's passkey does not open, and one without PRF says so", async ({ page, browser }) => {
  await device(page, true);
  await page.goto(local(`${site.url}/r`));
  await part(page, "make-key").click();
  const link = await sealedFor(await textOf(page, "recipient"));

  const other = await stranger(browser);
  await device(other, true);
  await other.goto(local(`${site.url}/r`));
  await part(other, "make-key").click();
  await expect(part(other, "recipient")).toBeVisible();
  await other.goto(link);
  await part(other, "passkey").click();
  await expect(part(other, "error")).toHaveAttribute("data-code", "wrong-key");

  const old = await stranger(browser);
  await device(old, false);
  await old.goto(local(`${site.url}/r`));
  await part(old, "make-key").click();
  await expect(part(old, "error")).toContainText("cannot be used as a key");
});

test("no passkeys without HTTPS: the page says what to do instead", async ({ browser }) => {
  const page = await stranger(browser);
  await page.addInitScript(() => Reflect.deleteProperty(globalThis, "PublicKeyCredential"));
  await page.goto(`${site.url}/r`);
  await expect(page.getByText("they need HTTPS")).toBeVisible();
  await expect(part(page, "make-key")).toHaveCount(0);
});
