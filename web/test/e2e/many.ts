// A share of many small photos, made and sent by the command line.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Site } from "./site.ts";

const root = path.resolve(path.dirname(new URL(import.meta.url).pathname), "../../..");

/** Small photos of different shapes; made once. */
export function many(count: number): readonly string[] {
  const dir = path.join(os.tmpdir(), "safelight-photos", "many");
  const file = (i: number) => path.join(dir, `photo-${String(i).padStart(4, "0")}.jpg`);
  const missing = Array.from({ length: count }, (_, i) => i).filter((i) => !fs.existsSync(file(i)));
  if (missing.length > 0) {
    fs.mkdirSync(dir, { recursive: true });
    const make = path.join(dir, `makephoto.${process.pid}`);
    execFileSync("go", ["build", "-o", make, "./client/strip/striptest/makephoto"], { cwd: root, stdio: "inherit" });
    for (const i of missing) {
      const unfinished = `${file(i)}.${process.pid}`;
      const size = ["-width", `${300 + (i % 5) * 40}`, "-height", `${220 + (i % 7) * 30}`, "-quality", "80"];
      execFileSync(make, ["-seed", `${i + 1}`, ...size, unfinished]);
      fs.renameSync(unfinished, file(i));
    }
    fs.rmSync(make);
  }
  return Array.from({ length: count }, (_, i) => file(i));
}

/** Sends files by the command line and returns the link. */
export async function sendMany(site: Site, files: readonly string[], ...flags: string[]): Promise<string> {
  const sent = await site.cli("send", ...flags, "--manage-file", site.file(`manage-${Math.random()}`), ...files);
  const link = sent.stdout.trim();
  if (sent.code !== 0 || !/#/.test(link)) throw new Error(`send failed: ${sent.stderr}`);
  return link;
}
