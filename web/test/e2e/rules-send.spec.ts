// The rules of the send page: each is set on the page, and seen where it has to hold.
import fs from "node:fs";
import { expect, test } from "@playwright/test";
import { look } from "./look.ts";
import { choose, part } from "./pages.ts";
import { photo } from "./photos.ts";
import { Site } from "./site.ts";

let site: Site;
test.beforeAll(async () => {
  site = await Site.start("--admit", "open");
});
test.afterAll(() => site.stop());

const recipient = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

test("everything is switched on", async ({ page }) => {
  await page.goto(`${site.url}/`);
  await choose(page, photo("telling"));
  for (const id of ["pixels-only", "keep-caption", "named", "ask-first", "access-log", "borrowed"])
    await part(page, id).check();
  await part(page, "recipients").fill(recipient);
  await expect(part(page, "recipient")).toHaveCount(1);
  await part(page, "passphrase").fill("password1");
  await expect(part(page, "strength")).toHaveAttribute("data-level", "0");
  await page.getByText("Until a date").click();
  await look(page, "send-rules");
});
