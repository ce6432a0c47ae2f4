// What has to be there before anything is measured: the built product, the floor, the line, the photos. All of it goes
// away again.
import { execFile, execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const here = path.dirname(new URL(import.meta.url).pathname);
const root = path.join(here, "../..");
const bin = path.join(root, "bin");
const kept = path.join(bin, "bench");
const wire = path.join(kept, "wire");

export class Stage {
  #children = [];
  #folder = fs.mkdtempSync(path.join(os.tmpdir(), "safelight-bench-"));
  #control = "";
  /** Where each system is reached, through its line, and the line's name. */
  at = {};
  wire = wire;

  static async set() {
    const stage = new Stage();
    try {
      await stage.#up();
      return stage;
    } catch (thrown) {
      await stage.strike();
      throw thrown;
    }
  }

  async #up() {
    if (!fs.existsSync(path.join(bin, "safelightd")))
      throw new Error("bin/safelightd is missing: go tool task bench:pages builds it");
    execFileSync("go", ["build", "-o", wire, "./web/bench/wire"], { cwd: root, stdio: "inherit" });
    this.#control = await this.#start(wire, ["line"], /^(127\.0\.0\.1:\d+)$/m);
    const floor = await this.#start(
      process.execPath,
      [path.join(here, "floor/server.mjs"), this.#dir("floor")],
      address,
    );
    const safelight = await this.#start(
      path.join(bin, "safelightd"),
      ["serve", "--listen", "127.0.0.1:0", "--data", this.#dir("safelight"), "--admit", "open"],
      address,
    );
    for (const [name, to] of Object.entries({ floor, safelight })) this.at[name] = await this.#ask("line", { to });
  }

  #dir(name) {
    const dir = path.join(this.#folder, name);
    fs.mkdirSync(dir);
    return dir;
  }

  /** Starts a program that says where it listens. */
  #start(program, args, says) {
    // A server refuses variables that it does not know.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("SAFELIGHT_")));
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    this.#children.push(child);
    let said = "";
    return new Promise((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (text) => {
          said += text;
          const found = says.exec(said);
          if (found) resolve(found[1]);
        });
      child.once("error", reject);
      child.once("exit", () => reject(new Error(`${path.basename(program)} ended: ${said}`)));
    });
  }

  async #ask(what, query) {
    const response = await fetch(`http://${this.#control}/${what}?${new URLSearchParams(query)}`);
    const text = await response.text();
    if (!response.ok) throw new Error(`the line does not obey: ${text}`);
    return text;
  }

  async shape({ down, up, rtt }) {
    for (const line of Object.values(this.at)) await this.#ask("shape", { line, down, up, rtt });
  }

  reset(system) {
    return this.#ask("reset", { line: this.at[system] });
  }

  async stats(system) {
    return JSON.parse(await this.#ask("stats", { line: this.at[system] }));
  }

  async strike() {
    const ends = this.#children.map(
      (child) => child.exitCode === null && new Promise((resolve) => child.once("exit", resolve)),
    );
    for (const child of this.#children) child.kill("SIGTERM");
    await Promise.all(ends);
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }
}

const address = /(127\.0\.0\.1:\d+)/;

/**
 * So many photos: those of SAFELIGHT_PHOTO, a file or a folder, over and over, or made ones, which are the same on every
 * machine.
 */
export async function photos(count) {
  const given = process.env.SAFELIGHT_PHOTO;
  if (given) {
    const files = fs.statSync(given).isDirectory() ? fs.readdirSync(given).map((f) => path.join(given, f)) : [given];
    return Array.from({ length: count }, (_, i) => files[i % files.length]);
  }
  const made = Array.from({ length: count }, (_, i) => path.join(kept, `photo-${i + 1}.jpg`));
  for (const [i, file] of made.entries())
    if (!fs.existsSync(file)) await promisify(execFile)(wire, ["photo", `${i + 1}`, file]);
  return made;
}
