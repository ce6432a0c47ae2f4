// The reply to create gets lost behind the server: the link that was on the screen is the one that opens.
import { expect, test } from "@playwright/test";
import { send, shows, stranger } from "./pages.ts";
import { photo } from "./photos.ts";
import { Site } from "./site.ts";

let site: Site;
test.beforeAll(async () => {
  site = await Site.start("--admit", "open");
});
test.afterAll(() => site.stop());

test("a lost reply to create changes no link", async ({ page, browser }) => {
  const ids = new Set<string>();
  let owner = 0;
  await page.route("**/api/v1/shares/*/owner", async (route) => {
    ids.add(route.request().url());
    owner++;
    if (owner > 1) return route.continue();
    await route.fetch();
    await route.abort("connectionreset");
  });
  const { link } = await send(page, `${site.url}/`, photo("camera"));
  expect(owner, "create twice, state, upload twice, commit, publish").toBeGreaterThanOrEqual(7);
  expect(ids.size, "one share alone was announced").toBe(1);
  const viewer = await stranger(browser);
  await viewer.goto(link);
  await shows(viewer, "view");
});
