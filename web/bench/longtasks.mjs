// How long the pages hold up a person, and how much memory they take: every task over 50 ms (by the browser's own
// trace) and the memory of the tab, phase by phase, on a processor slowed down four times.
//
//   node bench/longtasks.mjs                  everything, from web/, with bin/safelightd and bin/safelight built
//   node bench/longtasks.mjs send huge choose view edit   some of: a share of 100 photos, one of 48 megapixels, 2,000
//                                             small ones sent, a viewer of 2,000, the editor
//   --photos 100 --size 4000x3000 --many 2000 --slow 4    what is sent and shown
//   --trace DIR   writes of each phase what its longest tasks worked on, with functions (looking costs some time of its own)
//   --untraced    memory alone: tracing holds some of it, too
//   --counted     for a machine that does other things, too: nothing is slowed down, the thread's own time counts fourfold
//   --check       fails when a task takes more than 50 ms of the processor, or the tab needs more than 700 MB
//
// A task is what the main thread does without a break. Counted is how long the thread itself worked; by the clock other
// programs on the machine count, too, and slowing down multiplies them, so those figures are for a machine that does nothing else. Memory is the tab's process
// with its workers (proportional set size, its peak in the phase), heap what its scripts hold at the end.
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "@playwright/test";
import { culprits, longTasks, told } from "./profile.mjs";

const root = path.resolve(path.dirname(new URL(import.meta.url).pathname), "../..");
const bin = (name) => path.join(root, "bin", name);
const MB = 1e6;
const most = { task: 50, memory: 700 };

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    photos: { type: "string", default: "100" },
    size: { type: "string", default: "4000x3000" },
    many: { type: "string", default: "2000" },
    slow: { type: "string", default: "4" },
    counted: { type: "boolean", default: false },
    untraced: { type: "boolean", default: false },
    trace: { type: "string" },
    check: { type: "boolean", default: false },
    json: { type: "string" },
  },
});

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "safelight-longtasks-"));

/** Photos of a size, made once: few are different, for making them takes longer than sending them. */
function photos(count, size, different) {
  const [width, height] = size.split("x");
  const dir = path.join(os.tmpdir(), "safelight-photos", `tasks-${size}`);
  fs.mkdirSync(dir, { recursive: true });
  const made = Array.from({ length: Math.min(count, different) }, (_, i) => path.join(dir, `${i}.jpg`));
  for (const [i, file] of made.entries()) {
    if (fs.existsSync(file)) continue;
    const args = ["-width", width, "-height", height, "-quality", "90", "-seed", `${i + 1}`, "-gps", "52.3702,4.8952"];
    execFileSync("go", ["run", "./client/strip/striptest/makephoto", ...args, `${file}.new`], { cwd: root });
    fs.renameSync(`${file}.new`, file);
  }
  const out = fs.mkdtempSync(path.join(scratch, "photos-"));
  return Array.from({ length: count }, (_, i) => {
    const file = path.join(out, `photo-${String(i).padStart(4, "0")}.jpg`);
    fs.linkSync(made[i % made.length], file);
    return file;
  });
}

function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function serve() {
  const url = `http://127.0.0.1:${await freePort()}`;
  const args = ["serve", "--listen", url.slice(7), "--data", path.join(scratch, "data"), "--admit", "open"];
  const child = spawn(bin("safelightd"), args, { stdio: "ignore" });
  for (let i = 0; i < 100; i++) {
    if ((await fetch(`${url}/healthz`).catch(() => undefined))?.ok) return { url, stop: () => child.kill() };
    await rest(50);
  }
  throw new Error("safelightd does not answer");
}

const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A tab, slowed down and watched from outside. */
class Tab {
  rows = [];

  static async open(browser, what) {
    const tab = new Tab();
    tab.what = what;
    tab.context = await browser.newContext({ viewport: { width: 1280, height: 800 }, hasTouch: true });
    tab.page = await tab.context.newPage();
    tab.cdp = await tab.context.newCDPSession(tab.page);
    tab.system = await browser.newBrowserCDPSession();
    await tab.cdp.send("Performance.enable");
    await tab.cdp.send("Emulation.setCPUThrottlingRate", { rate: options.counted ? 1 : Number(options.slow) });
    return tab;
  }

  /** The process that draws the tab, its workers included: of all such processes the largest. */
  async renderer() {
    const { processInfo } = await this.system.send("SystemInfo.getProcessInfo");
    const all = processInfo.filter((p) => p.type === "renderer").map(({ id }) => ({ id, size: pss(id) }));
    return all.sort((a, b) => b.size - a.size)[0] ?? { id: 0, size: 0 };
  }

  /** Everything that the main thread does while something happens. */
  async traced(does) {
    if (options.untraced) {
      await does();
      return { events: [] };
    }
    const events = [];
    const keep = ({ value }) => events.push(...value);
    this.cdp.on("Tracing.dataCollected", keep);
    const includedCategories = [
      "devtools.timeline",
      "disabled-by-default-devtools.timeline",
      ...(options.trace ? ["disabled-by-default-v8.cpu_profiler", "toplevel"] : []),
    ];
    await this.cdp.send("Tracing.start", { transferMode: "ReportEvents", traceConfig: { includedCategories } });
    await does();
    const complete = new Promise((resolve) => this.cdp.once("Tracing.tracingComplete", resolve));
    await this.cdp.send("Tracing.end");
    await complete;
    this.cdp.off("Tracing.dataCollected", keep);
    const threads = events.filter((e) => e.name === "thread_name" && e.args?.name === "CrRendererMain");
    const { id } = await this.renderer();
    const { pid, tid } = threads.find((e) => e.pid === id) ?? threads[0] ?? {};
    return { events, pid, tid };
  }

  /** Runs a phase and keeps a row of it. */
  async phase(name, does) {
    let memory = 0;
    let over = false;
    const watching = (async () => {
      while (!over) {
        memory = Math.max(memory, (await this.renderer()).size);
        await rest(200);
      }
    })();
    const began = performance.now();
    const trace = await this.traced(async () => {
      await does();
      await rest(300);
    });
    const seconds = (performance.now() - began) / 1000;
    over = true;
    await watching;
    const times = options.counted ? Number(options.slow) : 1;
    const tasks = longTasks(trace, most.task, times);
    const worked = tasks.filter((task) => task.worked > most.task);
    if (options.trace) {
      fs.mkdirSync(options.trace, { recursive: true });
      const file = `${this.what} ${name}.txt`.replaceAll(/[^\w.]+/g, "-");
      fs.writeFileSync(path.join(options.trace, file), `${told(trace, most.task, times)}\n`);
    }
    const { metrics } = await this.cdp.send("Performance.getMetrics");
    const heap = metrics.find((m) => m.name === "JSHeapUsedSize").value / MB;
    const longest = (of, list) => Math.round(Math.max(0, ...list.map((task) => task[of])));
    const row = {
      what: this.what,
      phase: name,
      tasks: worked.length,
      longest: longest("worked", tasks),
      "by the clock": `${tasks.length}, ${longest("clock", tasks)}`,
      heap: Math.round(heap),
      memory: Math.round(memory),
      seconds: Math.round(seconds * 10) / 10,
      "the longest": culprits(trace, most.task, times),
    };
    this.rows.push(row);
    console.log(line(row));
  }

  close() {
    return this.context.close();
  }
}

/** Proportional set size of a process, MB. */
function pss(pid) {
  try {
    return (
      (1024 * Number(/^Pss:\s+(\d+) kB/m.exec(fs.readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0)) / MB
    );
  } catch {
    return 0; // it has just ended
  }
}

const columns = ["what", "phase", "tasks", "longest", "by the clock", "heap", "memory", "seconds", "the longest"];
const line = (row) => `| ${columns.map((c) => row[c]).join(" | ")} |`;

const state = (page, wanted) =>
  page.waitForFunction(
    (wanted) => wanted.includes(document.querySelector("[data-testid=status]")?.dataset.state ?? ""),
    wanted,
    { timeout: 1_200_000, polling: 250 },
  );

async function choose(tab, url, files) {
  const { page } = tab;
  await tab.phase("load", async () => {
    await page.goto(url);
    await page.waitForSelector("[data-testid=photo-input]", { state: "attached" });
    await rest(2500);
  });
  await handOver(tab, files);
  await tab.phase("choose", async () => {
    await page.evaluate(() => {
      const input = document.querySelector("[data-testid=photo-input]");
      input.files = document.querySelector("#handed-over").files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
    await page.waitForSelector("[data-testid=send]");
    await rest(1000);
  });
}

/** Files come into the page through the protocol of the tools, which takes a second for 2,000: not the page's doing. */
async function handOver({ page }, files) {
  await page.evaluate(() => {
    const input = document.body.appendChild(document.createElement("input"));
    [input.type, input.multiple, input.hidden, input.id] = ["file", true, true, "handed-over"];
  });
  await page.locator("#handed-over").setInputFiles(files);
  await rest(1000);
}

async function share(tab, url, files) {
  const { page } = tab;
  await choose(tab, url, files);
  await tab.phase("prepare, scrolling", async () => {
    for (let i = 0; i < 40; i++) {
      await page.mouse.wheel(0, i % 20 < 10 ? 400 : -400);
      await rest(100);
    }
  });
  await tab.phase("send to opens", async () => {
    await page.locator("[data-testid=send]").click();
    await state(page, ["opens", "complete"]);
  });
  await tab.phase("opens to complete", () => state(page, ["complete"]));
  return page.locator("[data-testid=share-link]").evaluate((e) => (e.value ?? e.textContent).replace(/\s+/g, ""));
}

async function viewing(tab, link, count) {
  const { page } = tab;
  const at = () =>
    page.evaluate(() =>
      Number(/\d[\d.,]*/.exec(document.querySelector("h1.pos")?.textContent ?? "")?.[0].replace(/\D/g, "")),
    );
  await tab.phase("open", async () => {
    await page.goto(link);
    await page.waitForSelector('[data-testid=photo][data-state="view"]', { timeout: 120_000 });
    await rest(1000);
  });
  await tab.phase("100 photos by key", async () => {
    for (let i = 1; i < Math.min(100, count); i++) {
      await page.keyboard.press("ArrowRight");
      await rest(80);
    }
    await rest(500);
  });
  await tab.phase("swiping", () => swipe(tab, 20, -600));
  await tab.phase("end and home", async () => {
    for (const key of ["End", "Home", "End"]) {
      await page.keyboard.press(key);
      await rest(500);
    }
  });
  if ((await at()) !== count) throw new Error(`End leads to ${await at()}`);
  await tab.phase("open the grid", async () => {
    await page.keyboard.press("g");
    await page.waitForSelector("[data-testid=grid]");
    await rest(1000);
  });
  await tab.phase("scroll the grid", async () => {
    await page.evaluate(async () => {
      const box = document.querySelector(".g-box");
      const end = box.scrollHeight - box.clientHeight;
      const step = Math.max(60, end / 300);
      for (let top = 0; top <= end; top += step) {
        box.scrollTop = top;
        await new Promise(requestAnimationFrame);
      }
    });
    await rest(1500);
  });
  await tab.phase("select all", async () => {
    await page.keyboard.press("ControlOrMeta+a");
    await rest(500);
  });
}

/** Opens the editor on the one photo that was chosen, draws over it, turns it, and has it done. */
async function editing(tab) {
  const { page } = tab;
  const open = page.locator("[data-testid=edit]");
  const ready = () => page.waitForSelector("[data-testid=edit]:enabled", { timeout: 120_000 });
  await tab.phase("until it is ready", ready);
  await tab.phase("open the editor", async () => {
    await open.click();
    await page.waitForSelector(".edit-picture canvas");
    await rest(1000);
  });
  await tab.phase("draw", async () => {
    const { x, y, width, height } = await page.locator(".edit-area").boundingBox();
    await page.mouse.move(x + width / 4, y + height / 4);
    await page.mouse.down();
    await page.mouse.move(x + width / 2, y + height / 2, { steps: 20 });
    await page.mouse.up();
    await page.locator(".edit-tools > .btn").last().click();
    await rest(300);
  });
  await tab.phase("done", async () => {
    await page.locator("[data-testid=edit-done]").click();
    await page.waitForSelector("dialog.editor", { state: "detached" });
    await ready();
  });
}

/** Swipes with a finger, as far as the track is wide. */
async function swipe(tab, times, distance) {
  for (let i = 0; i < times; i++) {
    await tab.cdp.send("Input.synthesizeScrollGesture", {
      x: 640,
      y: 400,
      xDistance: i < times / 2 ? distance : -distance,
      yDistance: 0,
      speed: 3000,
      gestureSourceType: "touch",
    });
    await rest(150);
  }
}

const kinds = {
  async send(browser, url) {
    const count = Number(options.photos);
    const tab = await Tab.open(browser, `${count} × ${options.size}`);
    const link = await share(tab, url, photos(count, options.size, 5));
    await tab.close();
    const viewer = await Tab.open(browser, `${count} photos seen`);
    await viewing(viewer, link, count);
    await viewer.close();
    return [...tab.rows, ...viewer.rows];
  },
  async huge(browser, url) {
    const tab = await Tab.open(browser, "48 MP");
    const link = await share(tab, url, photos(1, "8000x6000", 1));
    await tab.close();
    const viewer = await Tab.open(browser, "48 MP seen");
    await viewer.phase("open", async () => {
      await viewer.page.goto(link);
      await viewer.page.waitForSelector('[data-testid=photo][data-state="view"]', { timeout: 120_000 });
      await rest(1000);
    });
    await viewer.phase("zoom", async () => {
      for (let i = 0; i < 6; i++) {
        await viewer.page.keyboard.press("+");
        await rest(400);
      }
      await rest(2000);
    });
    await viewer.close();
    return [...tab.rows, ...viewer.rows];
  },
  async edit(browser, url) {
    const rows = [];
    for (const size of [options.size, "8000x6000"]) {
      const tab = await Tab.open(browser, `${size} edited`);
      await choose(tab, url, photos(1, size, 1));
      await editing(tab);
      await tab.close();
      rows.push(...tab.rows);
    }
    return rows;
  },
  async choose(browser, url) {
    const count = Number(options.many);
    const tab = await Tab.open(browser, `${count} chosen`);
    await share(tab, url, photos(count, "320x240", 20));
    await tab.close();
    return tab.rows;
  },
  async view(browser, url) {
    const count = Number(options.many);
    const files = photos(count, "320x240", 20);
    const env = { ...process.env, SAFELIGHT_SERVER: url };
    const manage = path.join(scratch, `manage-${Math.random()}`);
    const link = execFileSync(bin("safelight"), ["send", "--manage-file", manage, ...files], {
      env,
      maxBuffer: 1 << 26,
    });
    const tab = await Tab.open(browser, `${count} seen`);
    await viewing(tab, link.toString().trim(), count);
    await tab.close();
    return tab.rows;
  },
};

const wanted = positionals.length > 0 ? positionals : ["send", "huge", "choose", "view", "edit"];
const server = await serve();
const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args });
const rows = [];
try {
  console.log(`| ${columns.join(" | ")} |\n|${columns.map(() => "---|").join("")}`);
  for (const kind of wanted) rows.push(...(await kinds[kind](browser, server.url)));
} finally {
  await browser.close();
  server.stop();
  fs.rmSync(scratch, { recursive: true, force: true });
}
if (options.json) fs.writeFileSync(options.json, JSON.stringify(rows, null, 2));
const bad = rows.filter((row) => row.longest > most.task || row.memory > most.memory);
for (const { what, phase, longest, memory } of bad) console.log(`over: ${what}, ${phase}: ${longest} ms, ${memory} MB`);
if (options.check && bad.length > 0) process.exitCode = 1;
