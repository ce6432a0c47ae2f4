// Every state that a person can get into: words that say what to do, a code, axe, and a picture to look at.
import fs from "node:fs";
import { expect, test } from "@playwright/test";
import { findings, look } from "./look.ts";
import { choose, part, send, setRules, shows, stranger } from "./pages.ts";
import { photo } from "./photos.ts";
import { Site } from "./site.ts";
import { Wire } from "./wire.ts";

const passphrase = "seven quiet lamps under old water";

let site: Site;
test.beforeAll(async () => {
  site = await Site.start("--admit", "open");
});
test.afterAll(() => site.stop());

test("the check finds a page that is not accessible", async ({ page }) => {
  await page.goto(`${site.url}/`);
  await page.evaluate(() => {
    const img = document.createElement("img");
    img.src = "mark.svg";
    document.querySelector("main")?.append(img);
  });
  expect((await findings(page)).join()).toContain("image-alt");
});

test("send: empty, chosen, ready", async ({ page }) => {
  await page.goto(`${site.url}/`);
  await expect(part(page, "status")).toHaveAttribute("data-state", "choosing");
  await look(page, "send-empty");
  await choose(page, [photo("camera"), photo("screenshot"), photo("portrait")]);
  await expect(page.getByText("52.3702").first()).toBeVisible();
  await setRules(page, { views: "5" });
  await look(page, "send-chosen");
  await part(page, "send").click();
  await expect(part(page, "status")).toHaveAttribute("data-state", "complete");
  await look(page, "send-ready");
});

test("send: on its way", async ({ page }) => {
  const wire = await Wire.before(site.url);
  await page.goto(`${wire.url}/`);
  await choose(page, photo("camera"));
  await page.route("**/parts/**", async (route) => {
    await new Promise((r) => setTimeout(r, 4000));
    await route.continue().catch(() => {});
  });
  await part(page, "send").click();
  await expect(part(page, "status")).toHaveAttribute("data-state", /packing|uploading/);
  await expect(part(page, "share-link")).toBeVisible();
  await look(page, "send-sending");
  await wire.close();
});

test("send: what is not a photo is left out, the rest goes on", async ({ page }) => {
  const files: [string, Buffer][] = [
    ["notes.pdf", Buffer.from("%PDF-1.4 nothing")],
    ["empty.jpg", Buffer.alloc(0)],
    ["broken.jpg", fs.readFileSync(photo("camera")).subarray(0, 30_000)],
    ["page.svg", Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")],
  ];
  const paths = files.map(([name, bytes]) => {
    const file = site.file(name);
    fs.writeFileSync(file, bytes);
    return file;
  });
  await page.goto(`${site.url}/`);
  await choose(page, [...paths, photo("screenshot")]);
  const error = part(page, "error").first();
  await expect(error).toBeVisible();
  await expect(error).toHaveAttribute("data-code", /.+/);
  for (const [name] of files) await expect(page.getByText(name).first()).toBeVisible();
  await expect(part(page, "send")).toBeEnabled();
  await look(page, "send-left-out");
  await part(page, "send").click();
  await expect(part(page, "status")).toHaveAttribute("data-state", "complete");
});

test("send: a weak passphrase, an odd expiry", async ({ page }) => {
  await page.goto(`${site.url}/`);
  await choose(page, photo("screenshot"));
  await setRules(page, { passphrase: "password1", expires: "soon" });
  await expect(page.getByText(/quickly guessed/)).toBeVisible();
  await expect(page.getByText(/90m, 12h/).first()).toBeVisible();
  await look(page, "send-faulty-rules");
});

test("send: the server goes away in the middle and comes back", async ({ page }) => {
  const wire = await Wire.before(site.url);
  await page.goto(`${wire.url}/`);
  await choose(page, photo("camera"));
  await expect(part(page, "send")).toBeEnabled();
  await expect(part(page, "edit")).toBeEnabled(); // the engine is there
  wire.breakLine();
  await part(page, "send").click();
  await expect(part(page, "error").first()).toBeVisible({ timeout: 60_000 });
  await look(page, "send-away");
  wire.mendLine();
  await page.getByRole("button", { name: "Go on" }).click();
  await expect(part(page, "status")).toHaveAttribute("data-state", "complete", { timeout: 60_000 });
  await wire.close();
});

test("send: a server that asks for an invitation", async ({ page }) => {
  const asking = await Site.start("--admit", "token");
  try {
    await page.goto(`${asking.url}/`);
    await choose(page, photo("screenshot"));
    await part(page, "send").click();
    await expect(part(page, "error").first()).toHaveAttribute("data-code", "token");
    await look(page, "send-token");
    const token = /#(\S+)/.exec(asking.log)?.[1] ?? "";
    expect(token.length).toBeGreaterThan(20);
    await page.goto("about:blank");
    await page.goto(`${asking.url}/#${token}`);
    await choose(page, photo("screenshot"));
    await part(page, "send").click();
    await expect(part(page, "status")).toHaveAttribute("data-state", "complete");
  } finally {
    await asking.stop();
  }
});

test("send: the server's disk is full", async ({ page }) => {
  const full = await Site.start("--admit", "open", "--min-free", "1000000GB");
  try {
    await page.goto(`${full.url}/`);
    await choose(page, photo("screenshot"));
    await part(page, "send").click();
    await expect(part(page, "error").first()).toHaveAttribute("data-code", "full");
    await look(page, "send-full");
  } finally {
    await full.stop();
  }
});

test("send: no WebAssembly", async ({ page }) => {
  await page.addInitScript(() => {
    Reflect.deleteProperty(globalThis, "WebAssembly");
  });
  await page.goto(`${site.url}/`);
  await expect(part(page, "error").first()).toHaveAttribute("data-code", "no-wasm");
  await look(page, "send-no-wasm");
});

test("send: cancel deletes what was sent", async ({ page, browser }) => {
  await page.goto(`${site.url}/`);
  await choose(page, photo("camera"));
  await page.route("**/parts/**", async (route) => {
    await new Promise((r) => setTimeout(r, 1500));
    await route.continue().catch(() => {});
  });
  await part(page, "send").click();
  const link = part(page, "share-link");
  await expect(link).toBeVisible();
  const address = ((await link.textContent()) ?? "").replace(/\s+/g, "");
  await page.getByRole("button", { name: /^Cancel/ }).click();
  await expect(part(page, "status")).toHaveAttribute("data-state", "choosing");
  const viewer = await stranger(browser);
  await viewer.goto(address);
  await expect(part(viewer, "error")).toHaveAttribute("data-code", "gone");
});

test("view: gate, wrong passphrase, photos", async ({ page, browser }) => {
  const { link } = await send(page, `${site.url}/`, [photo("camera"), photo("portrait"), photo("screenshot")], {
    passphrase,
    views: "1",
    alt: "A road between hedges",
  });
  const viewer = await stranger(browser);
  await viewer.goto(link);
  await expect(part(viewer, "open")).toBeVisible();
  await look(viewer, "view-gate");
  await part(viewer, "passphrase").fill("not the one at all, sorry");
  await part(viewer, "open").click();
  await expect(part(viewer, "error")).toHaveAttribute("data-code", "wrong-passphrase");
  await look(viewer, "view-wrong-passphrase");
  await part(viewer, "passphrase").fill(passphrase);
  await part(viewer, "open").click();
  await shows(viewer, "view");
  await look(viewer, "view-photo");
  await viewer.getByRole("button", { name: "Info" }).click();
  await expect(viewer.getByText("A road between hedges").first()).toBeVisible();
  await look(viewer, "view-info");
});

for (const [name, change, code] of [
  ["cut", (l: string) => l.slice(0, -7), "link-cut"],
  ["mistyped", (l: string) => l.slice(0, -1) + (l.endsWith("2") ? "3" : "2"), "link-mistyped"],
  ["none", (l: string) => l.slice(0, l.indexOf("#")), "link-none"],
] as const)
  test(`view: link ${name}`, async ({ page }) => {
    const sent = await site.cli("send", photo("screenshot"));
    await page.goto(change(sent.stdout.trim()));
    await expect(part(page, "error")).toHaveAttribute("data-code", code);
    await look(page, `view-link-${name}`);
  });

test("view: a manage link in the wrong place", async ({ page }) => {
  const manage = site.file("manage-wrong-place");
  const sent = await site.cli("send", "--manage-file", manage, photo("screenshot"));
  expect(sent.code, sent.stderr).toBe(0);
  await page.goto(fs.readFileSync(manage, "utf8").trim().replace("/m#", "/s#"));
  await expect(part(page, "error")).toHaveAttribute("data-code", "link-manage");
  await look(page, "view-link-manage");
});

test("view: gone", async ({ page }) => {
  const manage = site.file("manage-gone");
  const sent = await site.cli("send", "--manage-file", manage, photo("screenshot"));
  expect((await site.cli("delete", fs.readFileSync(manage, "utf8").trim())).code).toBe(0);
  await page.goto(sent.stdout.trim());
  await expect(part(page, "error")).toHaveAttribute("data-code", "gone");
  await look(page, "view-gone");
});

test("view: expired while it is open keeps what is shown", async ({ page }) => {
  const sent = await site.cli("send", photo("camera"));
  await page.goto(sent.stdout.trim());
  await shows(page, "view");
  await site.admin("takedown", sent.stdout.trim());
  await part(page, "download").first().click();
  await expect(page.getByText(/cannot be fetched any more|not available any more/).first()).toBeVisible();
  await shows(page, "view");
  await look(page, "view-late");
});

test("view: the server does not answer", async ({ page }) => {
  const sent = await site.cli("send", photo("screenshot"));
  const wire = await Wire.before(site.url);
  await page.route("**/api/v1/**", (route) => route.abort());
  await page.goto(sent.stdout.trim().replace(site.url, wire.url));
  await expect(part(page, "error")).toHaveAttribute("data-code", "unreachable", { timeout: 60_000 });
  await look(page, "view-unreachable");
  await page.unroute("**/api/v1/**");
  await page.getByRole("button", { name: "Try now" }).click();
  await shows(page, "view");
  await wire.close();
});

test("view: damage shows no pixels", async ({ page }) => {
  const sent = await site.cli("send", photo("screenshot"));
  await page.route("**/open", async (route) => {
    const reply = await route.fetch();
    const body = await reply.body();
    body[body.length - 400] = (body[body.length - 400] ?? 0) ^ 1;
    await route.fulfill({ response: reply, body });
  });
  await page.goto(sent.stdout.trim());
  await expect(part(page, "error")).toHaveAttribute("data-code", "damaged");
  expect(await page.locator("img, canvas").count()).toBe(0);
  await look(page, "view-damaged");
});

test("view: away and back, and in two tabs", async ({ page, context }) => {
  const sent = await site.cli("send", photo("screenshot"));
  await page.goto(sent.stdout.trim());
  await shows(page, "view");
  await page.goto(`${site.url}/`);
  await page.goBack();
  await shows(page, "view");
  const second = await context.newPage();
  await second.goto(sent.stdout.trim());
  await shows(second, "view");
});

test("view: still uploading, then it opens by itself", async ({ page, browser }) => {
  await page.goto(`${site.url}/`);
  await choose(page, photo("camera"));
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route("**/parts/**", async (route) => {
    await held;
    await route.continue().catch(() => {});
  });
  await part(page, "send").click();
  const shown = part(page, "share-link");
  await expect(shown).toBeVisible();
  await expect(part(page, "status")).toHaveAttribute("data-state", "uploading");
  const viewer = await stranger(browser);
  await viewer.goto(((await shown.textContent()) ?? "").replace(/\s+/g, ""));
  await expect(viewer.getByText("This page opens by itself").first()).toBeVisible();
  await look(viewer, "view-waiting");
  release();
  await shows(viewer, "view");
});

test("no JavaScript: words instead of a blank page", async ({ browser }) => {
  const page = await stranger(browser, { javaScriptEnabled: false });
  for (const path of ["", "s", "m", "r", "inspect"]) {
    await page.goto(`${site.url}/${path}`);
    await expect(page.getByRole("heading", { name: "This page needs JavaScript" })).toBeVisible();
  }
  await page.screenshot({ path: "screens/no-javascript.png" });
});

test("manage: state, rules, delete", async ({ page, browser }) => {
  const { manage, link } = await send(page, `${site.url}/`, photo("screenshot"), { views: "2" });
  const owner = await stranger(browser);
  await owner.goto(manage);
  await expect(part(owner, "views")).toBeVisible();
  await look(owner, "manage");
  await part(owner, "delete").click();
  await expect(owner.getByRole("dialog")).toBeVisible();
  await look(owner, "manage-delete");
  await owner
    .getByRole("dialog")
    .getByRole("button", { name: /Delete/ })
    .click();
  await expect(owner.getByRole("dialog")).toBeHidden();
  await look(owner, "manage-deleted");
  const viewer = await stranger(browser);
  await viewer.goto(link);
  await expect(part(viewer, "error")).toHaveAttribute("data-code", "gone");
});

test("manage: a link that is cut", async ({ page }) => {
  await page.goto(`${site.url}/m#6qEdXeM4dNxfRo4wNCmnSTJMNHFCy344Dbj`);
  await expect(part(page, "error")).toHaveAttribute("data-code", /cut/);
  await look(page, "manage-link-cut");
});

test("German", async ({ browser }) => {
  const page = await stranger(browser, { locale: "de-DE" });
  await page.goto(`${site.url}/`);
  await expect(page.locator("html")).toHaveAttribute("lang", "de");
  await expect(page.getByText("Fotos").first()).toBeVisible();
  await look(page, "send-empty-de");
});
