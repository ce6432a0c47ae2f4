// Plain HTTP in a LAN: a name that is not this machine's own, so that the browser withholds crypto.subtle, WebCodecs, the
// clipboard, the share sheet and the wake lock. Everything has to work all the same.
import { expect, test } from "@playwright/test";
import { part, send, shows, stranger } from "./pages.ts";
import { photo } from "./photos.ts";
import { Site } from "./site.ts";

test.use({
  launchOptions: {
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--host-resolver-rules=MAP lan.test 127.0.0.1"],
  },
});

test("plain HTTP in a LAN sends, opens, takes a passphrase and copies by hand", async ({ page, browser }) => {
  const site = await Site.start("--admit", "open");
  try {
    const url = site.url.replace("127.0.0.1", "lan.test");
    const { link, manage } = await send(page, `${url}/`, photo("camera"), {
      passphrase: "seven quiet lamps under old water",
      views: "2",
    });
    expect(await page.evaluate(() => [isSecureContext, "subtle" in crypto])).toEqual([false, false]);
    expect(link).toContain("lan.test");
    await page.getByRole("button", { name: "Copy link" }).click();
    await expect(page.getByText(/selected now|Copied/).first()).toBeVisible();

    const viewer = await stranger(browser, { viewport: { width: 390, height: 844 }, hasTouch: true });
    await viewer.goto(link);
    await part(viewer, "passphrase").fill("seven quiet lamps under old water");
    await part(viewer, "open").click();
    await shows(viewer, "view");

    const owner = await stranger(browser);
    await owner.goto(manage);
    await expect(part(owner, "delete")).toBeVisible();
  } finally {
    await site.stop();
  }
});
