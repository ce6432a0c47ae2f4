// Views as Safelight makes them: by the workers of the page, each codec that a browser has and those that come with the page,
// and by the command line.
import { execFile, spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import { chromium, firefox } from "@playwright/test";
import { Decrypter } from "age-encryption";

const run = promisify(execFile);
const root = path.resolve(path.dirname(new URL(import.meta.url).pathname), "../..");
const bin = (name) => path.join(root, "bin", name);

const launch = {
  chromium: () => chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] }),
  firefox: () => firefox.launch({ channel: "moz-firefox", executablePath: "/usr/bin/firefox-esr" }),
};

/** What canvases answer that cannot write WebP, as in Safari: the PNG that nobody wanted. */
const withoutWebP = `const write = OffscreenCanvas.prototype.convertToBlob;
  OffscreenCanvas.prototype.convertToBlob = function (options) {
    return write.call(this, options?.type === "image/webp" ? { type: "image/png" } : options);
  };\n`;

/** Browsers, and what their codec workers begin with. The first also shows what the codecs that come with the page make. */
const kinds = {
  chromium: { launch: launch.chromium, before: "" },
  firefox: { launch: launch.firefox, before: "" },
  "chromium without WebP": { launch: launch.chromium, before: withoutWebP, alone: true },
};

/**
 * What is made of each picture by every maker: of those the view, with its size, its format, and whether it would be sent.
 * [{ picture, maker, file, size, kept }]
 */
export async function makers({ browsers, pictures, scratch }) {
  const site = await serve(scratch);
  const made = [];
  try {
    for (const name of Object.keys(kinds).filter((name) => browsers.includes(name.split(" ")[0])))
      made.push(...(await byBrowser(name, name === browsers[0], site, pictures, scratch)));
    for (const picture of pictures) made.push(...(await byCommand(site, picture, scratch)));
  } finally {
    site.stop();
  }
  return made;
}

async function byBrowser(name, withLibraries, { url }, pictures, scratch) {
  const { launch, before, alone = false } = kinds[name];
  const browser = await launch();
  const made = [];
  try {
    const page = await workshop(browser, url, before);
    for (const picture of pictures)
      for (const { by, bytes, extension, size, kept } of await inPage(page, picture, withLibraries)) {
        if (alone && by !== "jpg") continue;
        const maker = by === "page" ? "the page's own codecs, webp" : `${name}, ${by}`;
        const file = path.join(scratch, `${path.basename(picture)}.${name}.${by}.${extension}`);
        fs.writeFileSync(file, Buffer.from(bytes, "base64"));
        made.push({ picture, maker, file, size, kept });
      }
  } finally {
    await browser.close();
  }
  return made;
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
async function workshop(browser, url, before) {
  const page = await browser.newPage();
  await page.route(/codec\.worker-/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: before + (await response.text()) });
  });
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
  const told = async (by, { blob, width, height, media }, kept = true) => {
    const text = await new Promise((resolve) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
      reader.readAsDataURL(blob);
    });
    return { by, bytes: text, extension: extensions[media], size: { width, height }, kept };
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
      // As engine/making.ts keeps it.
      const most = second?.media === 4 ? 0.9 * first.blob.size : first.blob.size;
      if (second) all.push(await told(extensions[second.media], second, second.blob.size <= most));
    }
    if (withLibraries) {
      const decoded =
        about.media === 1 ? library.call("decode", photo, about.media, libraries) : strip.call("decode", photo);
      const found = await decoded;
      const pixels = about.media === 1 ? found : found.value;
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

/** What "safelight send --avif" makes: all views of the largest size, taken from the files as they are stored. */
async function byCommand({ url }, picture, scratch) {
  const dir = fs.mkdtempSync(path.join(scratch, "got-"));
  const options = { env: { ...process.env, SAFELIGHT_SERVER: url } };
  const args = ["send", "--avif", "--manage-file", path.join(dir, "manage"), picture];
  const link = (await run(bin("safelight"), args, options)).stdout.trim();
  const info = JSON.parse((await run(bin("safelight"), ["info", "--json", link], options)).stdout);
  const views = info.photos[0].variants.filter(({ role }) => role === "view");
  const { width, height } = views.reduce((most, one) => (one.width > most.width ? one : most));
  await run(bin("safelight"), ["get", "--sealed", "-o", path.join(dir, "sealed"), link], options);
  const files = await unsealed(path.join(dir, "sealed"));
  return views
    .filter((view) => view.width === width)
    .map((view) => {
      const extension = view.media.toLowerCase();
      const [file, ...others] = files.filter((file) => isView(file, view));
      if (!file || others.length > 0) throw new Error(`no one ${extension} of ${view.bytes} bytes`);
      return { picture, maker: `command line, ${extension}`, file, size: { width, height }, kept: true };
    });
}

const isView = (file, { bytes, media }) =>
  fs.statSync(file).size === bytes && file.toLowerCase().endsWith(`.${media.toLowerCase()}`);

/** Opens sealed bundles with the passphrases that lie beside them, and returns the files. */
async function unsealed(dir) {
  const words = fs.readFileSync(path.join(dir, "passphrases.txt"), "utf8");
  const out = path.join(dir, "out");
  fs.mkdirSync(out);
  for (const [, name, passphrase] of words.matchAll(/^(bundle-\d+)\.age\s+(\S+)$/gm)) {
    const decrypter = new Decrypter();
    decrypter.addPassphrase(passphrase);
    const zip = path.join(dir, `${name}.zip`);
    fs.writeFileSync(zip, await decrypter.decrypt(fs.readFileSync(path.join(dir, `${name}.age`))));
    await run("unzip", ["-q", "-d", path.join(out, name), zip]);
  }
  return fs.readdirSync(out, { recursive: true }).map((name) => path.join(out, name));
}
