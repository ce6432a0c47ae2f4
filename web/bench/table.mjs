// What was measured, as tables in Markdown: medians, what the floor takes, and how that compares with what is allowed.

/** What is compared with what of the floor. limit: times the floor, or a number of its own, per profile. */
const rows = [
  { say: "chosen → opens", of: "opens", floor: "complete", limit: { desktop: 1.25, phone: 0.5 } },
  { say: "chosen → complete", of: "complete", floor: "complete", limit: { desktop: 1.75, phone: 1.15 } },
  { say: "send → link on the screen", of: "linked", unit: "ms", limit: { desktop: 150 } },
  { say: "link → first pixels", of: "first", floor: "first", limit: { desktop: 1.1, phone: 1.1 } },
  { say: "link → view painted", of: "view", floor: "view", limit: { desktop: 0.9, phone: 0.35 } },
  { say: "bytes to first pixels", of: "firstBytes", unit: "kB", limit: { desktop: 80, phone: 80 } },
  { say: "bytes to the view", of: "viewBytes", unit: "kB", limit: { desktop: 700, phone: 700 } },
];

export const median = (values) => {
  const sorted = values.filter((v) => v !== undefined).sort((a, b) => a - b);
  const half = sorted.length >> 1;
  if (sorted.length === 0) return undefined;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};

const say = (n) => (n === undefined ? "–" : Math.round(n).toLocaleString("en-US"));
const span = (values) => `${say(median(values))} (${say(Math.min(...values))}–${say(Math.max(...values))})`;
const verdict = (value, limit) => (limit === undefined ? "" : value <= limit ? "ok" : "**MISSED**");

/** runs: what was measured, one object for each run, of system, profile and photos. */
export function table(runs) {
  const lines = [
    "| profile | photos | what | floor | safelight | ratio | at most | |",
    "|---|---|---|---|---|---|---|---|",
  ];
  let missed = 0;
  for (const profile of new Set(runs.map((r) => r.profile)))
    for (const photos of new Set(runs.map((r) => r.photos)))
      for (const row of rows) {
        const of = (system, key) =>
          runs
            .filter((r) => r.profile === profile && r.photos === photos && r.system === system && r[key] !== undefined)
            .map((r) => r[key]);
        const line = lineOf(row, profile, photos, of("safelight", row.of), row.floor ? of("floor", row.floor) : []);
        if (line?.includes("MISSED")) missed++;
        if (line) lines.push(line);
      }
  return { text: lines.join("\n"), missed };
}

function lineOf(row, profile, photos, ours, floors) {
  if (ours.length === 0) return undefined;
  const limit = row.limit[profile];
  if (row.floor && floors.length === 0) return undefined;
  const head = `| ${profile} | ${photos} | ${row.say}`;
  if (!row.floor) {
    const value = median(ours);
    return `${head} | | ${span(ours)} ${row.unit} | | ${limit ? `${limit} ${row.unit}` : ""} | ${verdict(value, limit)} |`;
  }
  const ratio = median(ours) / median(floors);
  return `${head} | ${span(floors)} | ${span(ours)} | ${ratio.toFixed(2)} | ${limit ?? ""} | ${verdict(ratio, limit)} |`;
}
