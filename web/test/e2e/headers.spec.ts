// The pages say the design's headers, ask nobody else for anything, and nothing counts as a view but pressing Open.
import { expect, test } from "@playwright/test";
import { part, send, shows, stranger } from "./pages.ts";
import { photo } from "./photos.ts";
import { Site } from "./site.ts";

let site: Site;
test.beforeAll(async () => {
  site = await Site.start("--admit", "open");
});
test.afterAll(() => site.stop());

const wanted: [string, RegExp][] = [
  ["content-security-policy", /^default-src 'none';.*require-trusted-types-for 'script'; trusted-types worker$/],
  ["connection-allowlist", /^\(response-origin\)$/],
  ["integrity-policy", /^blocked-destinations=\(script\)$/],
  ["referrer-policy", /^no-referrer$/],
  ["cross-origin-opener-policy", /^same-origin$/],
  ["cross-origin-embedder-policy", /^require-corp$/],
  ["cross-origin-resource-policy", /^same-origin$/],
  ["x-content-type-options", /^nosniff$/],
  ["x-robots-tag", /^noindex, noarchive$/],
  ["permissions-policy", /camera=\(self\)/],
];

for (const path of ["/", "/s", "/m", "/r", "/inspect"])
  test(`headers of ${path}`, async ({ page }) => {
    const complaints: string[] = [];
    page.on("console", (m) => {
      if (m.type() === "error") complaints.push(m.text());
    });
    page.on("pageerror", (e) => complaints.push(e.message));
    const reply = await page.goto(site.url + path);
    const headers = reply?.headers() ?? {};
    for (const [name, value] of wanted) expect(headers[name], name).toMatch(value);
    if (path === "/s") expect(headers["content-security-policy"]).not.toContain("wasm-unsafe-eval");
    await page.waitForTimeout(500);
    expect(complaints).toEqual([]);
    expect(await page.locator("[style]:not([data-zoomed])").count()).toBe(0);
  });

test("visits, HEAD, GET and open do not count", async ({ page, browser, request }) => {
  const { link, manage } = await send(page, `${site.url}/`, photo("screenshot"), { views: "1" });
  const address = link.slice(0, link.indexOf("#"));
  for (let i = 0; i < 3; i++) {
    await request.get(address);
    await request.head(address);
    await request.get(address, {
      headers: { purpose: "prefetch", "sec-purpose": "prefetch", "user-agent": "Slackbot-LinkExpanding 1.0" },
    });
    const bot = await stranger(browser);
    await bot.goto(link);
    await expect(part(bot, "open")).toBeVisible();
    await bot.close();
  }
  const status = await site.cli("status", "--json", manage);
  expect(status.code, status.stderr).toBe(0);
  expect(JSON.stringify(JSON.parse(status.stdout))).toMatch(/"(views|taken|used|viewsTaken|views_taken)":\s*0/);
  const viewer = await stranger(browser);
  await viewer.goto(link);
  await part(viewer, "open").click();
  await shows(viewer, "view");
});

test("nothing secret is kept in the browser", async ({ page, browser }) => {
  const { link } = await send(page, `${site.url}/`, photo("screenshot"), { views: "3" });
  const viewer = await stranger(browser);
  await viewer.goto(link);
  await part(viewer, "open").click();
  await shows(viewer, "view");
  const kept = await viewer.evaluate(async () => ({
    local: { ...localStorage },
    session: { ...sessionStorage },
    state: JSON.stringify(history.state),
    databases: (await indexedDB.databases()).length,
    caches: await caches.keys(),
    cookies: document.cookie,
  }));
  const code = link.split("#")[1] ?? "none";
  expect(JSON.stringify(kept)).not.toContain(code);
  expect(kept).toMatchObject({ local: {}, databases: 0, caches: [], cookies: "" });
});
