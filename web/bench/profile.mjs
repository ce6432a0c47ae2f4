// What a trace of Chromium says of the main thread's tasks: how long each took, of that how long the thread itself worked,
// and on what.

const tasksOf = ({ events, pid, tid }) =>
  events.filter((e) => e.pid === pid && e.tid === tid && e.name === "RunTask" && e.ph === "X");

/**
 * Tasks over so many ms, in ms: by the clock, and by the processor (other programs on the machine do not count there), which
 * counts so many times.
 */
export function longTasks(trace, ms, times = 1) {
  return tasksOf(trace)
    .map((e) => ({ at: e.ts, dur: e.dur, clock: e.dur / 1000, worked: (times * (e.tdur ?? e.dur)) / 1000 }))
    .filter(({ clock, worked }) => clock > ms || worked > ms);
}

/** Text: of each of the longest tasks by the thread's own work, what took it, and which functions where those were sampled. */
export function told(trace, ms, times = 1, most = 12) {
  const samples = samplesOf(trace);
  return longTasks(trace, ms, times)
    .filter(({ worked }) => worked > ms)
    .sort((a, b) => b.worked - a.worked)
    .slice(0, most)
    .map((task) => {
      const head = `${task.worked.toFixed(0)} ms worked, ${task.clock.toFixed(0)} ms by the clock ${postedBy(trace, task)}`;
      return [head, list(workOf(trace, task)), list(functionsOf(samples, task))]
        .filter((part) => part !== "")
        .join("\n");
    })
    .join("\n\n");
}

/** Who had asked for the task, as far as the browser tells: what no script does has no other name. */
function postedBy({ events, pid, tid }, { at, dur }) {
  const inside = (e) => e.ts <= at + 100 && e.ts + (e.dur ?? 0) >= at + dur - 100;
  const named = events.filter((e) => e.pid === pid && e.tid === tid && e.args?.src_func && inside(e));
  return named.length > 0 ? `(${[...new Set(named.map((e) => e.args.src_func))].join(", ")})` : "";
}

/** In a few words, what the longest task worked on: milliseconds of its own of what took most of it. */
export function culprits(trace, ms, times = 1, most = 3) {
  const [longest] = longTasks(trace, ms, times).sort((a, b) => b.worked - a.worked);
  if (!longest || longest.worked <= ms) return "";
  return [...workOf(trace, longest)]
    .sort((a, b) => b[1] - a[1])
    .slice(0, most)
    .filter(([, us]) => times * us > 5000)
    .map(([name, us]) => `${name} ${Math.round((times * us) / 1000)}`)
    .join(", ");
}

/** What a task did, by name: microseconds of the thread's own time. */
function workOf({ events, pid, tid }, { at, dur }) {
  const inside = (e) => e.ts >= at && e.ts + e.dur <= at + dur && e.name !== "RunTask";
  return selves(
    events.filter((e) => e.pid === pid && e.tid === tid && e.ph === "X" && e.tdur !== undefined && inside(e)),
  );
}

/** What the sampling profiler saw: which function at which time. Nothing where it was not asked to look. */
function samplesOf({ events, pid, tid }) {
  const begun = events.find((e) => e.name === "Profile" && e.pid === pid && e.tid === tid);
  const chunks = events.filter((e) => e.name === "ProfileChunk" && e.pid === pid && e.id === begun?.id);
  const nodes = new Map();
  const samples = [];
  let at = begun?.args.data.startTime ?? 0;
  for (const { cpuProfile = {}, timeDeltas = [], lines = [] } of chunks.map((e) => e.args.data)) {
    for (const node of cpuProfile.nodes ?? []) nodes.set(node.id, node.callFrame);
    for (const [i, id] of (cpuProfile.samples ?? []).entries()) {
      const took = timeDeltas[i] ?? 0;
      at += took;
      samples.push({ at, took, frame: nodes.get(id), line: lines[i] });
    }
  }
  return samples;
}

/** Functions that were seen at work in a task, with the time by the clock that they were seen. */
function functionsOf(samples, { at, dur }) {
  const sums = new Map();
  for (const { at: when, took, frame, line } of samples) {
    if (when < at || when > at + dur) continue;
    const { functionName = "?", url = "", lineNumber = 0, columnNumber = 0 } = frame ?? {};
    const where = line || `${lineNumber + 1}:${columnNumber + 1}`;
    const name = `· ${functionName || "(anonymous)"} ${url ? `${fileOf(url)}:${where}` : ""}`;
    sums.set(name, (sums.get(name) ?? 0) + took);
  }
  return sums;
}

/** Laid out before it is drawn, since a script wanted to know a size. */
const asked = new Set(["Layout", "UpdateLayoutTree"]);
const scripts = new Set([
  "FunctionCall",
  "EventDispatch",
  "TimerFire",
  "FireAnimationFrame",
  "RunMicrotasks",
  "v8.evaluateModule",
]);

/** Time of each event without what lies inside it, by name. */
function selves(events) {
  const sorted = events.toSorted((a, b) => a.ts - b.ts || b.dur - a.dur);
  const open = [];
  const sums = new Map();
  for (const e of sorted) {
    while (open.length > 0 && open.at(-1).at + open.at(-1).dur <= e.ts) open.pop();
    const parent = open.at(-1);
    const name = asked.has(e.name) && parent?.script ? `${e.name} that ${parent.name} asked for` : nameOf(e);
    if (parent) sums.set(parent.name, (sums.get(parent.name) ?? 0) - e.tdur);
    sums.set(name, (sums.get(name) ?? 0) + e.tdur);
    open.push({ name, at: e.ts, dur: e.dur, script: scripts.has(e.name) });
  }
  return sums;
}

function nameOf({ name, args }) {
  const { functionName = "", url = "", type = "", lineNumber } = args?.data ?? {};
  const file = fileOf(url);
  return [name, type, functionName, file && `${file}:${lineNumber ?? ""}`].filter(Boolean).join(" ");
}

/** A file without the hash in its name. */
const fileOf = (url) =>
  url
    .split("/")
    .at(-1)
    .replace(/-[A-Z0-9]{8}(?=\.)/, "");

const list = (sums) =>
  [...sums]
    .filter(([, us]) => us > 1000)
    .sort((a, b) => b[1] - a[1])
    .slice(0, 12)
    .map(([name, us]) => `  ${(us / 1000).toFixed(1).padStart(7)}  ${name}`)
    .join("\n");
