// Figures of pictures, by the tools of others.
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

const run = (tool, ...args) => execFileSync(tool, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

export const sizeOf = (file) => fs.statSync(file).size;

const once = (file, make) => {
  if (!fs.existsSync(file)) make(file);
  return file;
};

/** The photo at a size, upright, without loss. */
export function reference(photo, { width, height }, scratch) {
  return once(path.join(scratch, `${path.basename(photo)}.${width}x${height}.png`), (file) =>
    run(
      "convert",
      photo,
      "-auto-orient",
      "-strip",
      "-filter",
      "Lanczos",
      "-resize",
      `${width}x${height}!`,
      `PNG24:${file}`,
    ),
  );
}

/** The pixels of a coded picture, in a file beside it. */
export function png(file) {
  return once(`${file}.png`, (out) => {
    if (file.endsWith(".avif")) run("avifdec", "-d", "8", file, out);
    else if (file.endsWith(".webp")) run("dwebp", "-quiet", file, "-o", out);
    else run("convert", file, `PNG24:${out}`);
  });
}

/** butteraugli's distance, of the worst spot, and ffmpeg's ssim of all planes. */
export function figures(ref, file) {
  const distance = spawnSync("butteraugli", [ref, file], { encoding: "utf8" }).stdout;
  return { butteraugli: Number.parseFloat(distance), ssim: ssim(ref, file) };
}

function ssim(ref, file) {
  const { stderr } = spawnSync("ffmpeg", ["-hide_banner", "-i", file, "-i", ref, "-lavfi", "ssim", "-f", "null", "-"], {
    encoding: "utf8",
  });
  const found = /All:([\d.]+)/.exec(stderr);
  if (!found) throw new Error(`ffmpeg tells no ssim: ${stderr.slice(-300)}`);
  return Number(found[1]);
}

function libwebp(ref, quality, scratch) {
  return once(path.join(scratch, `${path.basename(ref)}.${quality}.webp`), (file) =>
    run("cwebp", "-quiet", "-q", `${quality}`, "-m", "4", ref, "-o", file),
  );
}

const known = new Map();

/** What libwebp makes of the reference at quality 80. */
export function yardstick(ref, scratch) {
  if (!known.has(ref)) {
    const file = libwebp(ref, 80, scratch);
    known.set(ref, { bytes: sizeOf(file), figures: figures(ref, png(file)) });
  }
  return known.get(ref);
}

/** The bytes that libwebp takes for that ssim, between two of its qualities. */
export function alike(ref, wanted, scratch) {
  let [low, high] = [40, 100];
  const at = (quality) => ssim(ref, png(libwebp(ref, quality, scratch)));
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (at(middle) < wanted) low = middle;
    else high = middle;
  }
  const [below, above] = [at(low), at(high)];
  const part = above > below ? Math.min(1, Math.max(0, (wanted - below) / (above - below))) : 1;
  const bytes = (quality) => sizeOf(libwebp(ref, quality, scratch));
  return bytes(low) + part * (bytes(high) - bytes(low));
}

/** How many pixels of two pictures differ. */
export function differing(one, other) {
  const { stderr } = spawnSync("compare", ["-metric", "AE", one, other, "null:"], { encoding: "utf8" });
  return Number.parseFloat(stderr);
}
