// Views as Safelight makes them: by the workers of the page, each codec that a browser has and those that come with the page,
// and by the command line.
import { execFile, spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import { chromium, firefox } from "@playwright/test";

const run = promisify(execFile);
const root = path.resolve(path.dirname(new URL(import.meta.url).pathname), "../..");
const bin = (name) => path.join(root, "bin", name);

const launch = {
  chromium: () => chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] }),
  firefox: () => firefox.launch({ channel: "moz-firefox", executablePath: "/usr/bin/firefox-esr" }),
};

/** Everything that is made: of each photo a view by every maker, and the screenshot by every maker. */
export async function makers({ browsers, photos, screen, scratch }) {
  const site = await serve(scratch);
  const views = new Map(photos.map((photo) => [photo, []]));
  const screens = [];
  try {
    for (const name of browsers) {
      const browser = await launch[name]();
      try {
        const page = await workshop(browser, site.url);
        for (const file of [...photos, screen]) {
          const made = await inPage(page, file, name === browsers[0]);
          for (const { by, bytes, extension, size } of made) {
            const maker = by === "page" ? "the page's own codecs" : `${name}, ${by}`;
            const out = path.join(scratch, `${path.basename(file)}.${name}.${by}.${extension}`);
            fs.writeFileSync(out, Buffer.from(bytes, "base64"));
            if (file === screen) screens.push({ maker, file: out, screen });
            else views.get(file).push({ maker, file: out, size });
          }
        }
      } finally {
        await browser.close();
      }
    }
    for (const file of [...photos, screen]) {
      const found = await byCommand(site, file, scratch);
      if (file === screen) screens.push({ maker: "command line", file: found.file, screen });
      else views.get(file).push({ maker: "command line", ...found });
    }
  } finally {
    site.stop();
  }
  return { photos: photos.map((photo) => ({ photo, views: views.get(photo) })), screens };
}

/** A server to get the workers from, and to send to. */
async function serve(scratch) {
  const port = await new Promise((resolve) => {
    const probe = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
  const url = `http://127.0.0.1:${port}`;
  const args = ["serve", "--listen", url.slice(7), "--data", path.join(scratch, "data"), "--admit", "open"];
  const child = spawn(bin("safelightd"), args, { stdio: "ignore" });
  for (let i = 0; i < 100; i++) {
    if (
      await fetch(`${url}/healthz`).then(
        (r) => r.ok,
        () => false,
      )
    )
      return { url, stop: () => child.kill() };
    await new Promise((r) => setTimeout(r, 100));
  }
  child.kill();
  throw new Error("safelightd does not answer");
}

/** A page of the site without its policies, which starts the workers by hand. */
async function workshop(browser, url) {
  const page = await browser.newPage();
  const front = await (await fetch(`${url}/`)).text();
  const listed = [...front.matchAll(/<link data-asset="([^"]+)" href="([^"]+)"/g)];
  const assets = Object.fromEntries(listed.map(([, name, href]) => [name, new URL(href, `${url}/`).href]));
  await page.route(`${url}/workshop`, (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html>" }));
  await page.goto(`${url}/workshop`);
  await page.evaluate(begin, assets);
  return page;
}

/** Runs in the page: starts the workers, and makes a function of them. */
async function begin(assets) {
  const start = (name) => {
    const worker = new Worker(assets[name]);
    const waiting = [];
    worker.onmessage = ({ data }) => {
      if (data.id !== 0 || !("value" in data || "fault" in data)) return; // it tells of its progress, too
      const [resolve, reject] = waiting.shift();
      if ("fault" in data) reject(new Error(`${name}: ${data.fault.code}`));
      else resolve(data.value);
    };
    return {
      worker,
      call: (call, ...args) =>
        new Promise((resolve, reject) => {
          waiting.push([resolve, reject]);
          worker.postMessage({ id: 0, call, args });
        }),
    };
  };
  const compiled = async (name) => WebAssembly.compile(await (await fetch(assets[name])).arrayBuffer());
  const [strip, codec, library] = ["strip.worker", "codec.worker", "library.worker"].map(start);
  strip.worker.postMessage({ id: -1, call: "start", args: [await compiled("engine")] });
  const libraries = {
    jpeg: await compiled("codec-mozjpeg"),
    resize: await compiled("codec-resize"),
    webp: await compiled("codec-webp-encoder"),
    webpDecoder: await compiled("codec-webp-decoder"),
  };
  const view = 2;
  const extensions = { 3: "webp", 4: "avif", 1: "jpg" };
  const told = async (by, { blob, width, height, media }) => {
    const text = await new Promise((resolve) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
      reader.readAsDataURL(blob);
    });
    return { by, bytes: text, extension: extensions[media], size: { width, height } };
  };
  globalThis.make = async (photo, withLibraries) => {
    const { value: about } = await strip.call("inspect", photo);
    const plan = about.plan.filter((spec) => !spec.later);
    const all = [];
    const made = await codec.call("make", photo, plan, about, true);
    let first = made.variants.find((v) => v.role === view);
    if (made.flat) {
      const exact = await library.call("lossless", made.flat.pixels, libraries);
      if (exact.size < first.blob.size) first = { ...first, media: 3, blob: exact };
    }
    const muxed = async (frames) => {
      const { value: blob } = await strip.call("mux", frames, first.width, first.height);
      return { ...first, media: 4, blob };
    };
    if (made.bare) first = await muxed({ color: new Uint8Array(await first.blob.arrayBuffer()) });
    all.push(await told(extensions[first.media], first));
    if (made.view) {
      const other = await codec.call("other", made.view.image, first, made.view.quality, about.wide);
      const second = other instanceof Blob ? { ...first, media: 3, blob: other } : other && (await muxed(other));
      // A second format goes along where it is no larger.
      if (second && second.blob.size <= first.blob.size) all.push(await told(extensions[second.media], second));
    }
    if (withLibraries && about.media === 1) {
      const pixels = await library.call("decode", photo, about.media, libraries);
      const own = await library.call("make", pixels, plan, libraries);
      all.push(
        await told(
          "page",
          own.find((v) => v.role === view),
        ),
      );
    }
    return all;
  };
}

async function inPage(page, file, withLibraries) {
  const data = fs.readFileSync(file).toString("base64");
  return page.evaluate(
    ([text, all]) => globalThis.make(new Blob([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))]), all),
    [data, withLibraries],
  );
}

/** What "safelight get" hands out, the largest view: WebP, where there is AVIF too. */
async function byCommand({ url }, file, scratch) {
  const dir = fs.mkdtempSync(path.join(scratch, "got-"));
  const options = { env: { ...process.env, SAFELIGHT_SERVER: url } };
  const args = ["send", "--manage-file", path.join(dir, "manage"), file];
  const link = (await run(bin("safelight"), args, options)).stdout.trim();
  const info = JSON.parse((await run(bin("safelight"), ["info", "--json", link], options)).stdout);
  const views = info.photos[0].variants.filter(({ role }) => role === "view");
  const view = views.reduce((most, one) => (one.width > most.width ? one : most));
  await run(bin("safelight"), ["get", "--variant", "view", "-o", path.join(dir, "out"), link], options);
  const [name] = fs.readdirSync(path.join(dir, "out"));
  return { file: path.join(dir, "out", name), size: { width: view.width, height: view.height } };
}
