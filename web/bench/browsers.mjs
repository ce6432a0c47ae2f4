// Browsers as people have them: on a desk, or a phone (a processor four times slower, 10/5 Mbit/s, 40 ms away).
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import { chromium, firefox } from "@playwright/test";

const desk = { viewport: { width: 1280, height: 800 }, locale: "en-US" };
const hand = { viewport: { width: 412, height: 915 }, deviceScaleFactor: 2.6, hasTouch: true, locale: "en-US" };

/** What lies between a person and the server. Mbit/s and ms; 0: as fast as this machine. */
export const profiles = {
  desktop: { screen: desk, line: { down: 0, up: 0, rtt: 0 }, slower: 1 },
  phone: { screen: hand, line: { down: 10, up: 5, rtt: 40 }, slower: 4 },
};

const chromiumArgs = [
  ...[
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
  ],
  ...["--disable-component-update", "--disable-sync", "--disable-features=Translate"],
  "--disable-background-timer-throttling",
];

const engines = {
  chromium: () => chromium.launch({ executablePath: "/usr/bin/chromium", args: chromiumArgs }),
  firefox: () => firefox.launch({ channel: "moz-firefox", executablePath: "/usr/bin/firefox-esr" }),
};
const names = { chromium: /chrom/, firefox: /firefox/ };

/** Lines with which the script of a codec worker begins, so that it finds what some browsers are like. */
const chaos = {
  nowebcodecs: "for (const name of ['VideoEncoder', 'VideoFrame', 'ImageDecoder']) self[name] = undefined;",
  poisoned: `{
    const { getImageData } = OffscreenCanvasRenderingContext2D.prototype;
    OffscreenCanvasRenderingContext2D.prototype.getImageData = function (...args) {
      const image = getImageData.apply(this, args);
      crypto.getRandomValues(image.data.subarray(0, Math.min(65536, image.data.length)));
      return image;
    };
  }`,
};

export const known = { browsers: Object.keys(engines), chaos: Object.keys(chaos), profiles: Object.keys(profiles) };

/** A browser of its own for one person after the other. wire is the built tool, in whose hands the processor is. */
export class Browser {
  #browser;
  #options;
  #slowing;

  static async start(options) {
    const made = new Browser();
    made.#options = options;
    made.#browser = await engines[options.browser]();
    if (options.profile.slower > 1) made.#slowing = slowDown(options);
    return made;
  }

  /** The browser as playwright has it, for tracing. */
  get raw() {
    return this.#browser;
  }

  /** A person who was never here before. */
  async person() {
    const { browser, profile, chaos: trouble } = this.#options;
    const mobile = browser === "chromium" && profile.screen.hasTouch ? { isMobile: true } : {};
    const context = await this.#browser.newContext({ ...profile.screen, ...mobile });
    if (trouble) await bring(context, trouble);
    return context;
  }

  async close() {
    const gone = this.#slowing && new Promise((resolve) => this.#slowing.once("exit", resolve));
    this.#slowing?.kill("SIGTERM");
    await gone;
    await this.#browser.close();
  }
}

async function bring(context, trouble) {
  await context.route(/codec\.worker-/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${chaos[trouble]}\n${await response.text()}` });
  });
}

/** Must have its turn before the browser that it stops: with real-time priority, where that is allowed. */
function slowDown({ browser, profile, wire }) {
  const command = [wire, "slow", `${processOf(names[browser])}`, `${profile.slower}`];
  const first = spawnSync("chrt", ["-f", "50", "true"]).status === 0 ? ["chrt", "-f", "50"] : [];
  const [program, ...args] = [...first, ...command];
  return spawn(program, args, { stdio: ["ignore", "ignore", "inherit"] });
}

/** The browser that was started last: playwright does not say which process it is. */
function processOf(name) {
  const mine = fs
    .readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid))
    .map(Number)
    .filter((pid) => {
      try {
        const [, after] = fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(/\) (?=\S )/);
        const [program] = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
        return Number(after.split(" ")[1]) === process.pid && name.test(program);
      } catch {
        return false; // it ended meanwhile
      }
    });
  const pid = Math.max(...mine);
  if (!Number.isFinite(pid)) throw new Error("the browser's process was not found, so it cannot be slowed down");
  return pid;
}
