// Lighthouse: accessibility and best practices are 100 on the send and on the view page.
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@playwright/test";
import { photo } from "./photos.ts";
import { Site } from "./site.ts";

interface Scores {
  readonly accessibility: number;
  readonly "best-practices": number;
  readonly findings: readonly unknown[];
}

const script = path.resolve(path.dirname(new URL(import.meta.url).pathname), "../lighthouse/run.mjs");

async function scores(url: string): Promise<Scores> {
  const { stdout } = await promisify(execFile)(process.execPath, [script, url], { timeout: 80_000 });
  return JSON.parse(stdout) as Scores;
}

test.describe("lighthouse", () => {
  let site: Site;
  test.beforeAll(async () => {
    site = await Site.start();
  });
  test.afterAll(() => site.stop());

  test("send page", async () => {
    expect(await scores(`${site.url}/`)).toEqual({ accessibility: 1, "best-practices": 1, findings: [] });
  });

  test("view page", async () => {
    const sent = await site.cli("send", "--alt", "A test pattern", photo("camera"));
    expect(sent.code, sent.stderr).toBe(0);
    expect(await scores(sent.stdout.trim())).toEqual({ accessibility: 1, "best-practices": 1, findings: [] });
  });
});
