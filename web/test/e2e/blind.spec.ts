// The promise: nothing readable on the server. A photo with planted markers goes through the real page, with a passphrase
// and a view limit; then everything that the server stored, logged and was told is searched.
import fs from "node:fs";
import path from "node:path";
import zlib from "node:zlib";
import { expect, test } from "@playwright/test";
import { files, type Hay, type Needle, search, text } from "./haystack.ts";
import { part, send, shows, stranger } from "./pages.ts";
import { photo, planted } from "./photos.ts";
import { Site } from "./site.ts";
import { Wire } from "./wire.ts";

const passphrase = "seven quiet lamps under old water";
const alt = "PLANTED-ALT a path between dark hedges";
const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/** The 32 bytes behind kind: the share id and secret of a view code, the owner secret of a manage code. */
function codeBody(link: string): Buffer {
  const code = link.slice(link.indexOf("#") + 1);
  const value = [...code].reduce((n, c) => n * 58n + BigInt(alphabet.indexOf(c)), 0n);
  return Buffer.from(value.toString(16).padStart(74, "0"), "hex").subarray(1, 33);
}

/** Slices of the photo's own coded pixels: what would stand somewhere if it were stored unsealed. */
function pixelNeedles(file: string): Needle[] {
  const bytes = fs.readFileSync(file);
  return [0.3, 0.5, 0.7].map((at) => ({
    name: `coded pixels at ${at}`,
    bytes: bytes.subarray(Math.floor(bytes.length * at), Math.floor(bytes.length * at) + 48),
  }));
}

function wordNeedles(file: string): Needle[] {
  return [
    text("owner", planted.owner),
    text("comment", planted.comment),
    text("alt", alt),
    text("alt word", "PLANTED-ALT"),
    text("passphrase", passphrase),
    text("file name", path.basename(file)),
    text("planted name", "planted-name"),
    text("gps", "52.37020, 4.89520"),
  ];
}

function sizeNeedles(file: string): Needle[] {
  const size = fs.statSync(file).size;
  const wide = Buffer.alloc(8);
  wide.writeBigUInt64BE(BigInt(size));
  return [text("exact size", `${size}`), { name: "exact size, binary", bytes: wide }];
}

function linkNeedles(sent: { link: string; manage: string }): Needle[] {
  const view = codeBody(sent.link);
  return [
    text("view code", sent.link.split("#")[1] ?? ""),
    text("manage code", sent.manage.split("#")[1] ?? ""),
    { name: "view secret", bytes: view.subarray(16) },
    { name: "owner secret", bytes: codeBody(sent.manage) },
  ];
}

/** 32-byte values in what the server was told: hashes, the pepper, the key of the passphrase. */
function sealedNeedles(told: Hay): Needle[] {
  const found: Needle[] = [];
  for (
    let at = told.bytes.indexOf("c420", 0, "hex");
    at >= 0 && found.length < 4000;
    at = told.bytes.indexOf("c420", at + 1, "hex")
  ) {
    const value = told.bytes.subarray(at + 2, at + 34);
    if (new Set(value).size > 16) found.push({ name: `value at ${at}`, bytes: Buffer.from(value) });
  }
  return found;
}

test("nothing of a photo can be found on the server", async ({ browser, page }) => {
  const site = await Site.start("--admit", "open");
  const wire = await Wire.before(site.url);
  try {
    const file = photo("camera");
    const sent = await send(page, `${wire.url}/`, file, { passphrase, views: "3", alt });
    const needles = [...wordNeedles(file), ...pixelNeedles(file), ...sizeNeedles(file), ...linkNeedles(sent)];

    const viewer = await stranger(browser);
    await viewer.goto(sent.link);
    await part(viewer, "passphrase").fill(passphrase);
    await part(viewer, "open").click();
    await shows(viewer, "view");

    const hay = (): Hay[] => [...files(site.data), { where: "log", bytes: Buffer.from(site.log) }, wire.requests()];
    expect(
      hay()
        .map((h) => h.bytes.length)
        .reduce((a, b) => a + b, 0),
    ).toBeGreaterThan(100_000);
    expect(search(needles, hay())).toEqual([]);

    // Control: the same search finds what the test itself plants, in every form.
    for (const [form, plant] of [
      ["clear", (b: Buffer) => b],
      ["gzip", (b: Buffer) => zlib.gzipSync(b)],
      ["base64", (b: Buffer) => Buffer.from(b.toString("base64"))],
    ] as const) {
      const at = path.join(site.data, `planted-${form}`);
      fs.writeFileSync(
        at,
        plant(Buffer.concat([Buffer.from("x"), ...needles.map((n) => Buffer.concat([n.bytes, Buffer.from(" ")]))])),
      );
      const names = new Set(search(needles, hay()).map((f) => f.needle));
      fs.rmSync(at);
      // What is shorter than eight bytes meets chance in base64, so it is not looked for there.
      const expected = needles.filter((n) => form !== "base64" || n.bytes.length >= 8).map((n) => n.name);
      expect([...names].sort(), form).toEqual([...new Set(expected)].sort());
    }

    await deleteFromManagePage(browser, sent.manage);
    const values = sealedNeedles(wire.requests());
    expect(values.length).toBeGreaterThan(5);
    const database = files(site.data).filter((h) => /\.(db|sqlite)|wal|shm/i.test(h.where));
    expect(database.length).toBeGreaterThan(0);
    expect(search(values, database)).toEqual([]);
  } finally {
    await wire.close();
    await site.stop();
  }
});

test("before a share is deleted, the same search of the database finds its hashes", async ({ page }) => {
  const site = await Site.start("--admit", "open");
  const wire = await Wire.before(site.url);
  try {
    await send(page, `${wire.url}/`, photo("camera"), { views: "3" });
    const database = files(site.data).filter((h) => /\.(db|sqlite)|wal|shm/i.test(h.where));
    expect(search(sealedNeedles(wire.requests()), database).length).toBeGreaterThan(0);
  } finally {
    await wire.close();
    await site.stop();
  }
});

async function deleteFromManagePage(browser: import("@playwright/test").Browser, manage: string): Promise<void> {
  const owner = await stranger(browser);
  await owner.goto(manage);
  await part(owner, "delete").click();
  await owner
    .getByRole("dialog")
    .getByRole("button", { name: /Delete/ })
    .click();
  await expect(owner.getByRole("dialog")).toBeHidden();
  await expect(owner.getByRole("heading", { name: "Deleted" })).toBeVisible();
}
