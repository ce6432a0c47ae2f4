// Tables of what bench/quality.mjs has measured.

export const mean = (values) => Math.exp(values.reduce((sum, v) => sum + Math.log(v), 0) / values.length);

const table = (heads, rows) => [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);

/** Lines of each maker, in the order in which they came. */
function byMaker(lines) {
  const makers = [...new Set(lines.map(({ maker }) => maker))];
  return makers.map((maker) => [maker, lines.filter((line) => line.maker === maker)]);
}

/** A mean of ratios; where a figure lies beyond what libwebp reaches it is a bound. */
function ratio(lines, of) {
  const beyond = lines.filter((line) => of(line).beyond).length;
  const value = mean(lines.map((line) => line.bytes / of(line).bytes)).toFixed(2);
  return beyond > 0 ? `${value} (${beyond} beyond)` : value;
}

/** How good views are. Counted as worse are those that are kept. */
export function summary(lines) {
  const heads = ["made by", "photos", "kept", "kept and worse", "butteraugli", "1 − ssim", "bytes"];
  const rows = byMaker(lines).map(([maker, of]) => [
    ...[maker, of.length, of.filter((l) => l.kept).length, of.filter((l) => l.worse && l.kept).length],
    mean(of.map((l) => l.ours.butteraugli / l.theirs.butteraugli)).toFixed(2),
    mean(of.map((l) => (1 - l.ours.ssim) / (1 - l.theirs.ssim))).toFixed(2),
    mean(of.map((l) => l.bytes / l.yard)).toFixed(2),
  ]);
  return table(heads, rows);
}

/** What is the same picture for libwebp: how many bytes it takes for it. */
export function equal(lines) {
  const heads = ["made by", "photos", "bytes at equal ssim", "bytes at equal butteraugli"];
  const rows = byMaker(lines).map(([maker, of]) => [
    ...[maker, of.length],
    ratio(of, (line) => line.alike.ssim),
    ratio(of, (line) => line.alike.butteraugli),
  ]);
  return table(heads, rows);
}

export function each(lines) {
  const heads = ["photo", "made by", "bytes", "butteraugli", "ssim", "libwebp 80: bytes", "butteraugli", "ssim", ""];
  const told = ({ butteraugli, ssim }) => [butteraugli.toFixed(2), ssim.toFixed(4)];
  const verdict = ({ kept, worse }) => (kept ? (worse ? "**worse**" : "") : worse ? "not kept, worse" : "not kept");
  return table(
    heads,
    lines.map((l) => [l.photo, l.maker, l.bytes, ...told(l.ours), l.yard, ...told(l.theirs), verdict(l)]),
  );
}
