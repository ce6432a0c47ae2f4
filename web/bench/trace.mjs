// A timeline of one run: requests as the line saw them, marks of the page, and what each thread of the browser was busy
// with. Tracing takes time itself: these runs tell where time goes, not how much it is.

const categories = [
  ...["devtools.timeline", "disabled-by-default-devtools.timeline", "blink.user_timing", "v8", "v8.wasm"],
  ...["disabled-by-default-v8.compile", "blink.worker", "loading"],
];

/** Shorter events are left out, ms. */
const shortest = Number(process.env.TRACE_SHORTEST ?? 4);
/** Where an event tells little more than the one around it. */
const same = 0.85;
/** Says only that something ran: told where nothing inside it says more. */
const wrapper = /^(RunTask|Thread|ThreadPool_RunTask|v8\.callFunction|V8\.(Execute|Invoke|RunMicro))/;
const left =
  /^(Commit$|URLLoader|ResourceRequestSender|ThrottlingURLLoader|FlushInstructionCache|V8\.(GC_|Maglev|Optimize|Turbofan))/;

export class Trace {
  #browser;
  #title;
  #zero = 0;

  static async start(wanted, browser, page, title) {
    const trace = new Trace();
    if (!wanted) return trace;
    trace.#browser = browser.raw;
    trace.#title = title;
    await browser.raw.startTracing(page, { categories });
    trace.#zero = await page.evaluate(() => {
      performance.mark("bench:clock");
      return Date.now();
    });
    return trace;
  }

  /** Prints it. began and moments are Date.now(). */
  async end(began, moments, { requests }) {
    if (!this.#browser) return;
    const { traceEvents } = JSON.parse((await this.#browser.stopTracing()).toString());
    const clock = traceEvents.find((e) => e.name === "bench:clock");
    const at = (e) => e.ts / 1000 - clock.ts / 1000 + this.#zero - began;
    const lines = [
      ...Object.entries(moments)
        .filter(([, time]) => time)
        .map(([name, time]) => [time - began, undefined, "", `== ${name}`]),
      ...requests.flatMap((r) => requestLine(r, began)),
      ...marks(traceEvents).map((e) => [at(e), undefined, threads(traceEvents)(e), `mark ${e.name}`]),
      ...busy(ofThePage(traceEvents)).map((e) => [at(e), e.dur / 1000, threads(traceEvents)(e), whatOf(e)]),
    ];
    const shown = lines.filter(([from, took]) => from + (took ?? 0) > -5).sort((a, b) => a[0] - b[0]);
    console.log(`\n${this.#title} (ms from the start)`);
    for (const [from, took, where, what] of shown)
      console.log(
        `${from.toFixed(0).padStart(6)} ${(took?.toFixed(0) ?? "").padStart(6)}  ${where.padEnd(22)} ${what}`,
      );
  }
}

const requestLine = (r, began) => [
  [
    r.asked - began,
    r.last - r.asked,
    `line ${r.connection}`,
    `${r.method} ${r.path.replace(/[0-9a-f]{24,}/g, (id) => `${id.slice(0, 6)}…`)} ${r.status}, first byte after ${(r.first - r.asked).toFixed(0)}, up ${r.up} down ${r.down}`,
  ],
];

const marks = (events) =>
  events.filter((e) => e.cat?.includes("blink.user_timing") && /^(safelight|engine|bench):/.test(e.name));

/** Names of threads; a worker's is that of its script. */
function threads(events) {
  const names = new Map();
  for (const e of events) {
    const key = `${e.pid}/${e.tid}`;
    if (e.name === "thread_name") names.set(key, e.args.name);
  }
  for (const e of events) {
    const key = `${e.pid}/${e.tid}`;
    const url = e.args?.data?.url;
    if (!/Worker/.test(names.get(key) ?? "") || typeof url !== "string" || !/\.worker/.test(url)) continue;
    names.set(key, url.replace(/^.*\//, "").replace(/-[^-]*$/, ""));
  }
  return (e) => `${names.get(`${e.pid}/${e.tid}`) ?? e.tid}`.replace("ThreadPoolForegroundWorker", "pool");
}

/** Chromium draws its own surroundings with pages, too. */
function ofThePage(events) {
  const pages = new Set(
    events.filter((e) => /^http:\/\/127\.0\.0\.1/.test(`${e.args?.data?.url ?? ""}`)).map((e) => e.pid),
  );
  return events.filter((e) => pages.has(e.pid));
}

/** What took long: of events of which one wraps the other, and little more, the one that says what it is. */
function busy(events) {
  const long = events
    .filter((e) => e.ph === "X" && e.dur >= shortest * 1000 && !left.test(e.name))
    .sort((a, b) => a.ts - b.ts || b.dur - a.dur);
  const within = (inner, outer) =>
    inner.pid === outer.pid &&
    inner.tid === outer.tid &&
    inner.ts >= outer.ts &&
    inner.ts + inner.dur <= outer.ts + outer.dur;
  const dropped = new Set();
  for (const [i, outer] of long.entries())
    for (let k = i + 1; k < long.length && long[k].ts <= outer.ts + outer.dur; k++) {
      const inner = long[k];
      if (!within(inner, outer) || dropped.has(inner) || dropped.has(outer)) continue;
      if (inner.dur > same * outer.dur) dropped.add(wrapper.test(outer.name) ? outer : inner);
      else if (wrapper.test(inner.name)) dropped.add(inner);
    }
  return long.filter((e) => !dropped.has(e));
}

function whatOf({ name, args }) {
  const data = args?.data ?? {};
  const url = data.url ?? args?.fileName ?? data.scriptName ?? "";
  return [name, data.functionName, `${url}`.replace(/^.*\//, ""), data.type].filter(Boolean).join(" ");
}
