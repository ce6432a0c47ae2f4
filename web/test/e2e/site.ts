// A real server for a test: bin/safelightd on a free port with a data folder of its own, and the command line beside it.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const root = path.resolve(path.dirname(new URL(import.meta.url).pathname), "../../..");
const run = promisify(execFile);

export const bin = (name: string): string => path.join(root, "bin", name);

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Output and exit code of a command, whatever the code. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class Site {
  log = "";
  private child: ChildProcess | undefined;

  readonly url: string;
  readonly dir: string;
  private readonly args: readonly string[];

  private constructor(url: string, dir: string, args: readonly string[]) {
    this.url = url;
    this.dir = dir;
    this.args = args;
  }

  static async start(...args: string[]): Promise<Site> {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "safelight-e2e-"));
    const site = new Site(`http://127.0.0.1:${await freePort()}`, dir, args);
    await site.up();
    return site;
  }

  get pid(): number {
    return this.child?.pid ?? -1;
  }

  get data(): string {
    return path.join(this.dir, "data");
  }

  /** Starts the server, also again after down. */
  async up(): Promise<void> {
    const child = spawn(
      bin("safelightd"),
      ["serve", "--listen", this.url.slice(7), "--data", this.data, ...this.args],
      {
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    this.child = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (chunk: Buffer) => {
        this.log += chunk.toString();
      });
    for (let i = 0; i < 200; i++) {
      if (child.exitCode !== null) throw new Error(`safelightd ended: ${this.log}`);
      const ok = await fetch(`${this.url}/healthz`).then(
        (r) => r.ok,
        () => false,
      );
      if (ok) return;
      await new Promise((r) => setTimeout(r, 50));
    }
    throw new Error(`safelightd does not answer: ${this.log}`);
  }

  async down(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const child = this.child;
    this.child = undefined;
    if (!child || child.exitCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await gone;
  }

  async stop(): Promise<void> {
    await this.down();
    fs.rmSync(this.dir, { recursive: true, force: true });
  }

  /** bin/safelight, told of this server. */
  async cli(...args: string[]): Promise<Ran> {
    return command(bin("safelight"), args, { SAFELIGHT_SERVER: this.url });
  }

  async admin(...args: string[]): Promise<Ran> {
    return command(bin("safelightd"), ["admin", ...args, "--data", this.data], {});
  }

  file(name: string): string {
    return path.join(this.dir, name);
  }
}

async function command(file: string, args: string[], env: NodeJS.ProcessEnv): Promise<Ran> {
  try {
    const { stdout, stderr } = await run(file, args, { env: { ...process.env, ...env }, maxBuffer: 1 << 26 });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const failed = error as { code?: unknown; stdout?: string; stderr?: string };
    if (typeof failed.code !== "number") throw error;
    return { code: failed.code, stdout: failed.stdout ?? "", stderr: failed.stderr ?? "" };
  }
}
