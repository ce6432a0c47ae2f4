// Runs the unit tests: each test/unit/*.test.ts is bundled by esbuild for Node and given to node's test runner.
//
//   node test/unit.mjs [part of a file name …]
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const web = path.join(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), "..");
const wanted = process.argv.slice(2);
const tests = fs
  .readdirSync(path.join(web, "test/unit"))
  .filter((f) => /\.test\.tsx?$/.test(f) && (wanted.length === 0 || wanted.some((w) => f.includes(w))));
if (tests.length === 0) throw new Error("no test matches");
const out = fs.mkdtempSync(path.join(os.tmpdir(), "safelight-unit-"));
try {
  execFileSync(
    "go",
    [
      "tool",
      "esbuild",
      ...tests.map((f) => `test/unit/${f}`),
      "--bundle",
      "--platform=node",
      "--format=esm",
      "--target=node20",
      "--jsx=automatic",
      "--jsx-import-source=preact",
      `--outdir=${out}`,
      "--out-extension:.js=.mjs",
      "--sourcemap=inline",
      "--log-level=warning",
      `--define:WEB_DIR=${JSON.stringify(web)}`,
    ],
    { cwd: web, stdio: "inherit" },
  );
  const files = fs
    .readdirSync(out)
    .filter((f) => f.endsWith(".mjs"))
    .map((f) => path.join(out, f));
  const done = spawnSync(process.execPath, ["--enable-source-maps", "--test", "--test-reporter=spec", ...files], {
    cwd: web,
    stdio: "inherit",
  });
  process.exitCode = done.status ?? 1;
} finally {
  fs.rmSync(out, { recursive: true, force: true });
}
