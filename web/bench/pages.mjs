// The page benchmark: from the photos chosen to the link, and from the link to pixels, beside the floor. See README.md.
//
//   node bench/pages.mjs [--runs 5] [--profile desktop,phone] [--photos 1,10] [--browser chromium|firefox]
//                        [--chaos nowebcodecs|poisoned] [--systems floor,safelight] [--trace] [--out FILE]
import fs from "node:fs";
import os from "node:os";
import { parseArgs } from "node:util";
import { Browser, known, profiles } from "./browsers.mjs";
import { photos, Stage } from "./stage.mjs";
import { systems } from "./systems.mjs";
import { table } from "./table.mjs";
import { Trace } from "./trace.mjs";

const options = readOptions();

function readOptions() {
  const text = (value) => ({ type: "string", default: value });
  const { values } = parseArgs({
    options: {
      runs: text("5"),
      profile: text("desktop,phone"),
      photos: text("1,10"),
      browser: text("chromium"),
      chaos: { type: "string" },
      systems: text("floor,safelight"),
      trace: { type: "boolean", default: false },
      out: { type: "string" },
    },
  });
  const among = (name, list) => {
    for (const word of list)
      if (!known[name].includes(word)) throw new Error(`--${name}: one of ${known[name].join(", ")}, not ${word}`);
  };
  const list = (s) => s.split(",");
  among("profiles", list(values.profile));
  among("browsers", [values.browser]);
  if (values.chaos) among("chaos", [values.chaos]);
  if (values.trace && values.browser !== "chromium") throw new Error("only Chromium can be traced");
  return {
    ...values,
    runs: Number(values.runs),
    profiles: list(values.profile),
    counts: list(values.photos).map(Number),
    systems: list(values.systems),
  };
}

/** One person sends, another one looks. */
async function measure(stage, system, profile, files) {
  const browser = await Browser.start({ ...options, profile: profiles[profile], wire: stage.wire });
  try {
    const sent = await sends(browser, stage, system, files);
    return { ...sent.took, ...(await looks(browser, stage, system, sent.link)) };
  } finally {
    await browser.close();
  }
}

async function sends(browser, stage, system, files) {
  const { path, input, share } = systems[system];
  const context = await browser.person();
  const page = await context.newPage();
  await page.goto(`http://${stage.at[system]}${path}`);
  await page.waitForSelector(input, { state: "attached" });
  await page.waitForLoadState("networkidle");
  await page.waitForTimeout(500);
  await stage.reset(system);
  const trace = await Trace.start(options.trace, browser, page, `${system}: sends`);
  const began = Date.now();
  const { link, sent, linked, opens, complete } = await share(page, files);
  await trace.end(began, { linked, opens, complete }, await stage.stats(system));
  await context.close();
  const took = { opens: opens && opens - began, complete: complete - began, linked: sent && linked - sent };
  return { link, took };
}

async function looks(browser, stage, system, link) {
  const context = await browser.person();
  const page = await context.newPage();
  await stage.reset(system);
  const trace = await Trace.start(options.trace, browser, page, `${system}: looks`);
  const began = Date.now();
  const { first, view } = await systems[system].view(page, link);
  const stats = await stage.stats(system);
  await trace.end(began, { first: first.at, view: view.at }, stats);
  await context.close();
  return { first: first.at - began, view: view.at - began, ...bytesOf(stats, first.came, view.came) };
}

/** Kilobytes that had come when the images were there. */
function bytesOf({ requests }, first, view) {
  const until = (time) =>
    requests.filter((r) => r.first > 0 && r.last <= time).reduce((sum, r) => sum + r.down, 0) / 1000;
  return { firstBytes: until(first), viewBytes: until(view) };
}

function show(run) {
  const numbers = ["linked", "opens", "complete", "first", "view"].map((k) =>
    run[k] === undefined ? "" : `${k} ${run[k]}`,
  );
  console.log(`${run.profile} ${run.photos} ${run.system.padEnd(9)} ${numbers.filter(Boolean).join("  ")}`);
  if (options.out) fs.appendFileSync(options.out, `${JSON.stringify(run)}\n`);
}

/** Under which circumstances: without them the figures say nothing. */
function said(runs) {
  const loads = runs.map((r) => r.load);
  const load = `${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}`;
  const flags = process.argv.slice(2).join(" ");
  const day = new Date().toISOString().slice(0, 10);
  return `\`go tool task bench:pages -- ${flags}\`, ${day}, ${os.cpus().length} cores, load ${load}; medians of ${options.runs} (fastest–slowest), ms.`;
}

async function main() {
  const stage = await Stage.set();
  const runs = [];
  try {
    for (const profile of options.profiles) {
      await stage.shape(profiles[profile].line);
      for (const count of options.counts) {
        const files = await photos(count);
        for (let n = 0; n < options.runs; n++)
          for (const system of options.systems) {
            const run = {
              system,
              profile,
              photos: count,
              load: os.loadavg()[0],
              ...(await measure(stage, system, profile, files)),
            };
            runs.push(run);
            show(run);
          }
      }
    }
  } finally {
    await stage.strike();
  }
  const { text } = table(runs);
  console.log(`\n${text}\n\n${said(runs)}`);
}

await main();
