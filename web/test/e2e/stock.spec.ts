// A share outlives this project: what the page sealed opens with stock age and unzip.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { expect, test } from "@playwright/test";
import { send } from "./pages.ts";
import { photo } from "./photos.ts";
import { bin, Site } from "./site.ts";

const root = path.resolve(path.dirname(new URL(import.meta.url).pathname), "../../..");
const passphrase = "seven quiet lamps under old water";

test("stock age and unzip open what the page sealed", async ({ page }) => {
  const site = await Site.start("--admit", "open");
  try {
    const tools = site.file("tools");
    fs.mkdirSync(tools);
    execFileSync(
      "go",
      ["build", "-o", `${tools}/`, "filippo.io/age/cmd/age", "filippo.io/age/cmd/age-plugin-batchpass"],
      { cwd: root },
    );
    const { link } = await send(page, `${site.url}/`, photo("camera"), { passphrase });

    const words = site.file("passphrase");
    fs.writeFileSync(words, passphrase);
    const sealed = site.file("sealed");
    const got = await site.cli("get", "--sealed", "-o", sealed, "--passphrase-file", words, link);
    expect(got.code, got.stderr).toBe(0);

    const list = fs.readFileSync(path.join(sealed, "passphrases.txt"), "utf8");
    for (const [name, entry] of [
      ["bundle-0.age", "001/view"],
      ["bundle-1.age", "001/original.jpg"],
    ] as const) {
      const secret = new RegExp(`^${name} +([0-9a-f]{64})$`, "m").exec(list)?.[1] ?? "";
      const zip = site.file(`${name}.zip`);
      execFileSync(`${tools}/age`, ["-d", "-j", "batchpass", "-o", zip, path.join(sealed, name)], {
        env: { ...process.env, PATH: `${tools}:${process.env["PATH"]}`, AGE_PASSPHRASE: secret },
      });
      expect(execFileSync("unzip", ["-t", zip]).toString()).toContain("No errors detected");
      expect(execFileSync("unzip", ["-Z1", zip]).toString()).toContain(entry);
    }

    const stripped = site.file("stripped.jpg");
    execFileSync(bin("safelight"), ["strip", "-o", stripped, photo("camera")], { stdio: "pipe" });
    const original = execFileSync("unzip", ["-p", site.file("bundle-1.age.zip"), "001/original.jpg"], {
      maxBuffer: 1 << 26,
    });
    expect(original.equals(fs.readFileSync(stripped))).toBe(true);
  } finally {
    await site.stop();
  }
});
