// How good views are for their bytes: each way in which Safelight makes them, against libwebp at quality 80, by figures that
// others have written: Debian's butteraugli, and ffmpeg's ssim.
//
//   SAFELIGHT_CORPUS=DIR node bench/quality.mjs [--browser chromium,firefox] [--keep DIR] [--out FILE] [--check]
//
// from web/, with the pages and bin/ built. DIR has JPEGs, for a verdict six at least and of six kinds. It needs
// butteraugli, ffmpeg, cwebp, dwebp, avifdec, convert and unzip (Debian: butteraugli ffmpeg webp libavif-bin imagemagick
// unzip). --keep names a folder in which what was measured stays: a run that was broken off goes on there. Views are made
// anew each time.
//
// The yardstick for each photo is a lossless reference at the size of the view, scaled by ImageMagick's Lanczos, and
// what libwebp makes of that at quality 80. At equal quality stands the size over that which libwebp takes for the same
// figure, between two of its qualities: of views as they are, whose scaler has its part in that, and of coders alone,
// which are given the reference. A screenshot has to come out exactly. --check fails when a view that would be sent is
// worse than the yardstick on either figure by more than a hundredth part, when a coder takes more than is allowed below,
// or a screenshot is not exact.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { alike, differing, figures, png, reference, sizeOf, yardstick } from "./quality-figures.mjs";
import { makers } from "./quality-makers.mjs";
import { each, equal, summary } from "./quality-table.mjs";

const { values: options } = parseArgs({
  options: {
    browser: { type: "string", default: "chromium,firefox" },
    keep: { type: "string" },
    out: { type: "string" },
    check: { type: "boolean", default: false },
  },
});

const root = path.resolve(path.dirname(new URL(import.meta.url).pathname), "../..");
const scratch = options.keep ?? fs.mkdtempSync(path.join(os.tmpdir(), "safelight-quality-"));
fs.mkdirSync(scratch, { recursive: true });
/** Two measurements of the same file differ by that much in their last digits. */
const slack = 1.01;

function corpus() {
  const dir = process.env.SAFELIGHT_CORPUS;
  const files = dir ? fs.readdirSync(dir).filter((name) => /\.jpe?g$/i.test(name)) : [];
  const least = options.check ? 6 : 1;
  if (files.length < least) throw new Error(`SAFELIGHT_CORPUS has to name a folder with JPEGs, ${least} at least`);
  return files.sort().map((name) => path.join(dir, name));
}

function screenshot() {
  const file = path.join(scratch, "screenshot.png");
  const args = ["-kind", "screenshot", "-width", "1280", "-height", "800", file];
  execFileSync("go", ["run", "./client/strip/striptest/makephoto", ...args], { cwd: root });
  return file;
}

/** Does as many at once as there are processors. */
async function all(items, work) {
  const done = new Array(items.length);
  const rest = items.entries();
  const worker = async () => {
    for (const [i, item] of rest) done[i] = await work(item);
  };
  await Promise.all(Array.from({ length: os.availableParallelism() }, worker));
  return done;
}

/** A line for what a maker made of a picture. */
async function scored({ picture, maker, file, size, kept }) {
  const ref = await reference(picture, size, scratch);
  const yard = await yardstick(ref, scratch);
  const [ours, theirs] = [await figures(ref, file), yard.figures];
  const worse = ours.butteraugli > theirs.butteraugli * slack || 1 - ours.ssim > (1 - theirs.ssim) * slack;
  const line = {
    photo: path.basename(picture),
    maker,
    bytes: sizeOf(file),
    yard: yard.bytes,
    ours,
    theirs,
    worse,
    kept,
  };
  console.error(line.photo, maker, line.bytes, ours, kept ? "" : "not kept", worse ? "worse" : "");
  const at = {
    ssim: await alike(ref, "ssim", ours, scratch),
    butteraugli: await alike(ref, "butteraugli", ours, scratch),
  };
  return { ...line, alike: at };
}

const photos = corpus();
const screen = screenshot();
const browsers = options.browser.split(",");
const made = await makers({ browsers, pictures: [...photos, screen], scratch });
const views = await all(
  made.filter(({ picture }) => picture !== screen),
  scored,
);
const references = await all(photos, (photo) => reference(photo, made.find((m) => m.picture === photo).size, scratch));
const coders = await all(await makers({ browsers, pictures: references, scratch }), scored);
const exact = await all(
  made.filter(({ picture }) => picture === screen),
  async ({ maker, file }) => ({ maker, off: differing(screen, await png(file)), bytes: sizeOf(file) }),
);

const text = [
  "Views, of libwebp 80:\n",
  ...summary(views),
  "\nViews, of libwebp:\n",
  ...equal(views),
  "\nCoders alone, of libwebp:\n",
  ...equal(coders),
  "",
  ...exact.map(({ maker, off, bytes }) => `Screenshot by ${maker}: ${off} pixels differ, ${bytes} bytes.  `),
  "",
  ...each(views),
].join("\n");
console.log(text);
if (options.out) fs.writeFileSync(options.out, `${text}\n`);
if (!options.keep) fs.rmSync(scratch, { recursive: true, force: true });
if (options.check && (views.some((l) => l.worse && l.kept) || exact.some(({ off }) => off > 0))) process.exitCode = 1;
