// Figures of pictures, by the tools of others. What was measured once is kept beside the pictures, by their contents.
import { execFile, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

const exec = promisify(execFile);
const run = (tool, ...args) => exec(tool, args, { maxBuffer: 1 << 26 });

export const sizeOf = (file) => fs.statSync(file).size;

const making = new Map();

/** Makes a file that is not there yet; whoever wants it meanwhile waits. */
function once(file, make) {
  if (!making.has(file)) {
    const unfinished = path.join(path.dirname(file), `unfinished-${path.basename(file)}`);
    const made = async () => {
      if (fs.existsSync(file)) return;
      await make(unfinished);
      fs.renameSync(unfinished, file);
    };
    making.set(file, made());
  }
  return making.get(file).then(() => file);
}

/** The photo at a size, upright, without loss. */
export function reference(photo, { width, height }, scratch) {
  const size = ["-filter", "Lanczos", "-resize", `${width}x${height}!`];
  return once(path.join(scratch, `${path.basename(photo)}.${width}x${height}.png`), (file) =>
    run("convert", photo, "-auto-orient", "-strip", ...size, `PNG24:${file}`),
  );
}

const digest = (file) => createHash("sha256").update(fs.readFileSync(file)).digest("hex").slice(0, 24);

/** The pixels of a coded picture, in a file beside it. */
export function png(file) {
  return once(`${file}.${digest(file)}.png`, (out) => {
    if (file.endsWith(".avif")) return run("avifdec", "-d", "8", file, out);
    return file.endsWith(".webp") ? run("dwebp", "-quiet", file, "-o", out) : run("convert", file, `PNG24:${out}`);
  });
}

/** butteraugli's distance, of the worst spot, and ffmpeg's ssim of all planes. */
export async function figures(ref, coded) {
  const file = await png(coded);
  const kept = path.join(path.dirname(file), `${digest(ref)}-${digest(file)}.json`);
  await once(kept, async (out) => {
    const found = { butteraugli: await butteraugli(ref, file), ssim: await ssim(ref, file) };
    fs.writeFileSync(out, JSON.stringify(found));
  });
  return JSON.parse(fs.readFileSync(kept, "utf8"));
}

async function butteraugli(ref, file) {
  const found = Number.parseFloat((await run("butteraugli", ref, file)).stdout);
  if (!Number.isFinite(found)) throw new Error(`butteraugli tells no distance of ${file}`);
  return found;
}

async function ssim(ref, file) {
  const { stderr } = await run("ffmpeg", "-hide_banner", "-i", file, "-i", ref, "-lavfi", "ssim", "-f", "null", "-");
  const found = /All:([\d.]+)/.exec(stderr);
  if (!found) throw new Error(`ffmpeg tells no ssim: ${stderr.slice(-300)}`);
  return Number(found[1]);
}

async function libwebp(ref, quality, scratch) {
  const file = await once(path.join(scratch, `${path.basename(ref)}.${quality}.webp`), (out) =>
    run("cwebp", "-quiet", "-q", `${quality}`, "-m", "4", ref, "-o", out),
  );
  return { quality, bytes: sizeOf(file), figures: await figures(ref, file) };
}

/** What libwebp makes of the reference at quality 80. */
export const yardstick = (ref, scratch) => libwebp(ref, 80, scratch);

const qualities = [50, 60, 68, 74, 80, 84, 88, 92, 95, 98];
const curves = new Map();

function curve(ref, scratch) {
  if (!curves.has(ref)) curves.set(ref, Promise.all(qualities.map((quality) => libwebp(ref, quality, scratch))));
  return curves.get(ref);
}

const losses = { ssim: ({ ssim }) => 1 - ssim, butteraugli: ({ butteraugli }) => butteraugli };

/**
 * The bytes that libwebp takes for the same figure, between those of its qualities that lie around it. Where none of
 * them does, those of the nearest, with "beyond" set.
 */
export async function alike(ref, figure, ours, scratch) {
  const loss = losses[figure];
  const points = falling((await curve(ref, scratch)).map((p) => [Math.log(loss(p.figures)), Math.log(p.bytes)]));
  const wanted = Math.log(loss(ours));
  const after = points.findIndex(([at]) => at <= wanted);
  if (after === 0) return { bytes: Math.exp(points[0][1]), beyond: true };
  if (after < 0) return { bytes: Math.exp(points.at(-1)[1]), beyond: true };
  const [[high, few], [low, many]] = [points[after - 1], points[after]];
  const part = high === low ? 1 : (high - wanted) / (high - low);
  return { bytes: Math.exp(few + part * (many - few)), beyond: false };
}

/** Points whose loss never grows with the bytes: neighbours that do are taken together. */
function falling(points) {
  const blocks = [];
  for (const [loss, bytes] of points) {
    blocks.push({ loss, bytes, n: 1 });
    while (blocks.length > 1 && blocks.at(-2).loss < blocks.at(-1).loss) {
      const [a, b] = blocks.splice(-2);
      const n = a.n + b.n;
      blocks.push({ loss: (a.loss * a.n + b.loss * b.n) / n, bytes: (a.bytes * a.n + b.bytes * b.n) / n, n });
    }
  }
  return blocks.map(({ loss, bytes }) => [loss, bytes]);
}

/** How many pixels of two pictures differ. */
export function differing(one, other) {
  const { stderr } = spawnSync("compare", ["-metric", "AE", one, other, "null:"], { encoding: "utf8" });
  return Number.parseFloat(stderr);
}
