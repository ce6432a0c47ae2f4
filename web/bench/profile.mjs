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

/** Text: of each of the longest tasks by the thread's own work, what took it. */
export function told(trace, ms, times = 1, most = 12) {
  const { events, pid, tid } = trace;
  const own = events.filter((e) => e.pid === pid && e.tid === tid && e.ph === "X" && e.tdur !== undefined);
  return longTasks(trace, ms, times)
    .filter(({ worked }) => worked > ms)
    .sort((a, b) => b.worked - a.worked)
    .slice(0, most)
    .map(({ at, dur, clock, worked }) => {
      const inside = own.filter((e) => e.ts >= at && e.ts + e.dur <= at + dur && e.name !== "RunTask");
      return `${worked.toFixed(0)} ms worked, ${clock.toFixed(0)} ms by the clock\n${list(selves(inside))}`;
    })
    .join("\n\n");
}

/** Time of each event without what lies inside it, by name. */
function selves(events) {
  const sorted = events.toSorted((a, b) => a.ts - b.ts || b.dur - a.dur);
  const open = [];
  const sums = new Map();
  for (const e of sorted) {
    while (open.length > 0 && open.at(-1).ts + open.at(-1).dur <= e.ts) open.pop();
    const parent = open.at(-1);
    if (parent) sums.set(nameOf(parent), (sums.get(nameOf(parent)) ?? 0) - e.tdur);
    sums.set(nameOf(e), (sums.get(nameOf(e)) ?? 0) + e.tdur);
    open.push(e);
  }
  return sums;
}

function nameOf({ name, args }) {
  const { functionName = "", url = "", type = "", lineNumber } = args?.data ?? {};
  const file = url.split("/").at(-1);
  return [name, type, functionName, file && `${file}:${lineNumber ?? ""}`].filter(Boolean).join(" ");
}

const list = (sums) =>
  [...sums]
    .filter(([, us]) => us > 1000)
    .sort((a, b) => b[1] - a[1])
    .slice(0, 12)
    .map(([name, us]) => `  ${(us / 1000).toFixed(1).padStart(7)}  ${name}`)
    .join("\n");
