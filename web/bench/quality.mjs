// How good views are for their bytes: each way in which Safelight makes them, against libwebp at quality 80, by figures that
// others have written: Debian's butteraugli, and ffmpeg's ssim.
//
//   SAFELIGHT_CORPUS=DIR node bench/quality.mjs [--browser chromium,firefox] [--out FILE] [--check]
//
// from web/, with the pages and bin/ built. DIR has JPEGs, for a verdict six at least and of six kinds; nothing of them is kept. It needs
// butteraugli, ffmpeg, cwebp, dwebp, avifdec and convert (Debian: butteraugli ffmpeg webp libavif-bin imagemagick).
//
// The yardstick for each photo is a lossless reference at the size of the view, scaled by ImageMagick's Lanczos, and
// what libwebp makes of that at quality 80. "alike" is the size over that of libwebp at the quality at which its ssim is the
// same. A screenshot has to come out exactly. --check fails when a view is worse than the yardstick on either figure by more
// than a hundredth part, or a screenshot is not exact.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { alike, differing, figures, png, reference, sizeOf, yardstick } from "./quality-figures.mjs";
import { makers } from "./quality-makers.mjs";

const { values: options } = parseArgs({
  options: {
    browser: { type: "string", default: "chromium,firefox" },
    out: { type: "string" },
    check: { type: "boolean", default: false },
  },
});

const root = path.resolve(path.dirname(new URL(import.meta.url).pathname), "../..");
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "safelight-quality-"));
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

/** A line for every photo and maker; made is what each maker made of it. */
function scored(photo, made) {
  const lines = [];
  for (const { maker, file, size } of made) {
    const ref = reference(photo, size, scratch);
    const yard = yardstick(ref, scratch);
    const [ours, theirs] = [figures(ref, png(file)), yard.figures];
    const worse = ours.butteraugli > theirs.butteraugli * slack || 1 - ours.ssim > (1 - theirs.ssim) * slack;
    const bytes = fs.statSync(file).size;
    const line = { photo: path.basename(photo), maker, media: path.extname(file).slice(1), bytes, ours, theirs, worse };
    lines.push({ ...line, yard: yard.bytes, alike: bytes / alike(ref, ours.ssim, scratch) });
    console.error(line.photo, maker, bytes, ours, worse ? "WORSE" : "");
  }
  return lines;
}

const mean = (values) => Math.exp(values.reduce((sum, v) => sum + Math.log(v), 0) / values.length);

function summary(lines) {
  const rows = [
    "| made by | format | photos | worse on either figure | butteraugli, of libwebp 80 | 1 − ssim, of libwebp 80 | bytes, of libwebp 80 | bytes at equal ssim |",
    "|---|---|---|---|---|---|---|---|",
  ];
  for (const maker of new Set(lines.map((l) => l.maker))) {
    const of = lines.filter((l) => l.maker === maker);
    const ratio = (f) => mean(of.map(f)).toFixed(2);
    rows.push(
      `| ${maker} | ${of[0].media} | ${of.length} | ${of.filter((l) => l.worse).length} | ${ratio((l) => l.ours.butteraugli / l.theirs.butteraugli)} | ${ratio((l) => (1 - l.ours.ssim) / (1 - l.theirs.ssim))} | ${ratio((l) => l.bytes / l.yard)} | ${ratio((l) => l.alike)} |`,
    );
  }
  return rows;
}

function each(lines) {
  const rows = [
    "| photo | made by | bytes | butteraugli | ssim | libwebp 80: bytes | butteraugli | ssim | |",
    "|---|---|---|---|---|---|---|---|---|",
  ];
  const told = ({ butteraugli, ssim }) => `${butteraugli.toFixed(2)} | ${ssim.toFixed(4)}`;
  for (const l of lines)
    rows.push(
      `| ${l.photo} | ${l.maker} | ${l.bytes} | ${told(l.ours)} | ${l.yard} | ${told(l.theirs)} | ${l.worse ? "**worse**" : ""} |`,
    );
  return rows;
}

const made = await makers({ browsers: options.browser.split(","), photos: corpus(), screen: screenshot(), scratch });
const lines = made.photos.flatMap(({ photo, views }) => scored(photo, views));
const exact = made.screens.map(({ maker, file, screen }) => ({
  maker,
  off: differing(screen, png(file)),
  bytes: sizeOf(file),
}));
const text = [
  ...summary(lines),
  "",
  ...exact.map(({ maker, off, bytes }) => `Screenshot by ${maker}: ${off} pixels differ, ${bytes} bytes.  `),
  "",
  ...each(lines),
].join("\n");
console.log(text);
if (options.out) fs.writeFileSync(options.out, `${text}\n`);
fs.rmSync(scratch, { recursive: true, force: true });
if (options.check && (lines.some((l) => l.worse) || exact.some(({ off }) => off > 0))) process.exitCode = 1;
