// Builds the pages into dist/: engine, bundles, styles, HTML with integrity, pre-compressed copies; then checks the budgets.
//
//   node build.mjs            everything, as released
//   node build.mjs --fast     without brotli and without budgets, for the edit loop
//   node build.mjs --no-engine   keep the engine that is there
//   node build.mjs --dev      pages that reload themselves (see dev.mjs)
//
// The bundler is esbuild, a Go tool of go.mod. Scripts, styles and the engine carry their hash in their name and in the
// page's integrity attributes. What a page loads later stands in its HTML as <link data-lazy> or <link data-asset>, so
// that also late scripts are checked (src/lib/lazy.ts).
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import zlib from "node:zlib";

const web = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const dist = path.join(web, "dist");
// Built beside dist, which it replaces at the end: a Go build at the same time embeds what is in dist.
const fresh = path.join(web, ".dist");
const assets = path.join(fresh, "assets");
const args = new Set(process.argv.slice(2));
const fast = args.has("--fast");
const dev = args.has("--dev");

/** Pages: which HTML, which script, which styles, which workers start at once, and the most that the first load may weigh (bytes, brotli 11). */
const pages = [
  { html: "index.html", script: "src/send.tsx", style: "css/page-send.css", budget: 80_000 },
  {
    html: "share.html",
    // Runs as soon as it is there, while the script and the styles are still on their way.
    begin: "src/view-begin.ts",
    script: "src/view.tsx",
    style: "css/page-view.css",
    also: ["opener.worker"],
    budget: 60_000,
  },
  { html: "manage.html", script: "src/manage.tsx", style: "css/page-manage.css", budget: 80_000 },
  { html: "request.html", script: "src/request.tsx", style: "css/page-request.css", budget: 80_000 },
  { html: "inspect.html", script: "src/inspect.tsx", style: "css/page-inspect.css", budget: 80_000 },
];
/** Seven formats are taken apart and rebuilt in it. */
const engineBudget = 1_450_000;
/**
 * Where the engine's time goes, and what is called there. Only these are compiled with inlining: elsewhere it costs 150 kB
 * (brotli) and gains nothing that can be measured. What a photo or a share is long in belongs here.
 */
const inlined = [
  ...["jpeg", "png", "webp", "gif", "icc"].map((format) => `safelight/client/strip/${format}`),
  "safelight/client/variant",
  ...["compress/flate", "compress/lzw", "compress/zlib", "hash/adler32", "hash/crc32"],
  ...["image", "image/color", "image/png", "golang.org/x/image/draw", "golang.org/x/image/vp8l"],
  ...["chacha20", "chacha20poly1305", "internal/poly1305", "scrypt"].map((name) => `golang.org/x/crypto/${name}`),
  ...["sha256", "alias"].map((name) => `crypto/internal/fips140/${name}`),
  ...["crypto/internal/fips140deps/byteorder", "internal/byteorder", "encoding/binary", "math/bits"],
];

/** Codecs that a page loads when it needs one, each a file of its own with its licence beside it. */
const codecs = {
  "codec-mozjpeg": "@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm",
  "codec-resize": "@jsquash/resize/lib/resize/pkg/squoosh_resize_bg.wasm",
  "codec-webp-decoder": "@jsquash/webp/codec/dec/webp_dec.wasm",
  "codec-webp-encoder": "@jsquash/webp/codec/enc/webp_enc_simd.wasm",
  "codec-libheif": "libheif-js/libheif-wasm/libheif.wasm",
};
const licences = {
  "codec-libheif": ["libheif-js/libheif-wasm/LICENSE"],
  "codec-others": [
    "@jsquash/jpeg/LICENSE",
    "@jsquash/jpeg/codec/LICENSE.codec.md",
    "@jsquash/resize/lib/resize/LICENSE.codec.md",
    "@jsquash/webp/codec/LICENSE.codec.md",
  ],
};

/** What a late script loads in turn: the viewer in a preview, with the styles of its page; a photo that is a panorama; a passphrase. */
const inTurn = {
  "as-seen": ["zoom", "film", "more", "page-view"],
  zoom: ["panorama"],
  "view-rare": ["passphrase-here", "passphrase.worker", "knock-viewer"],
};

const run = (cmd, argv) => execFileSync(cmd, argv, { cwd: web, stdio: ["ignore", "pipe", "inherit"] }).toString();
const sri = (bytes) => `sha256-${createHash("sha256").update(bytes).digest("base64")}`;
const hashed = (bytes) => createHash("sha256").update(bytes).digest("hex").slice(0, 12);
const find = (dir, test) =>
  fs
    .readdirSync(path.join(web, dir), { recursive: true })
    .map(String)
    .filter(test)
    .map((f) => path.join(dir, f))
    .sort();

const filesIn = (dir) =>
  fs
    .readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((f) => f.isFile())
    .map((f) => path.relative(dir, path.join(f.parentPath, f.name)));

/**
 * Puts what was built in the place of dist, whole: whoever reads meanwhile finds the pages of one build or of the other,
 * never some of each.
 */
function publish() {
  const former = path.join(web, `.dist.${process.pid}`);
  fs.writeFileSync(path.join(fresh, ".gitkeep"), ""); // git keeps the folder, which Go embeds
  if (fs.existsSync(dist)) fs.renameSync(dist, former);
  fs.renameSync(fresh, dist);
  fs.rmSync(former, { recursive: true, force: true });
}

function buildEngine() {
  const built = path.join(dist, "assets");
  if (args.has("--no-engine")) {
    if (!fs.existsSync(built)) return undefined;
    const kept = fs.readdirSync(built).find((f) => /^engine-[0-9a-f]{12}\.wasm$/.test(f));
    if (kept) return { name: kept, bytes: fs.readFileSync(path.join(built, kept)) };
  }
  const out = path.join(fresh, "engine.wasm");
  // With stand-ins for parts of Go's library that only weigh something.
  const go = (...argv) => run("go", ["run", "../wasm/goroot", "go", ...argv]);
  // The compiler takes a name that fits no package in silence.
  const linked = new Set(go("list", "-deps", "../wasm").split("\n"));
  const gone = inlined.filter((name) => !linked.has(name));
  if (gone.length > 0) throw new Error(`the engine does not link what is listed as inlined: ${gone}`);
  const flags = ["-gcflags=all=-l", ...inlined.map((name) => `-gcflags=${name}=`), "-ldflags=-s -w -buildid="];
  go("build", "-trimpath", "-buildvcs=false", ...flags, "-o", out, "../wasm");
  const bytes = fs.readFileSync(out);
  fs.rmSync(out);
  return { name: `engine-${hashed(bytes)}.wasm`, bytes };
}

/** Copies the codecs and their licences; returns [name, file] as of a worker. */
function copyCodecs() {
  const from = (file) => fs.readFileSync(path.join(web, "node_modules", file));
  const copy = (name, bytes, ext) => {
    const file = path.join(".dist/assets", `${name}-${hashed(bytes)}.${ext}`);
    fs.writeFileSync(path.join(web, file), bytes);
    return [name, file];
  };
  for (const [name, files] of Object.entries(licences))
    copy(`${name}-licence`, Buffer.concat(files.flatMap((file) => [from(file), Buffer.from("\n")])), "txt");
  return Object.entries(codecs).map(([name, file]) => copy(name, from(file), "wasm"));
}

function esbuild(entries, extra) {
  const meta = path.join(fresh, "meta.json");
  const goroot = run("go", ["env", "GOROOT"]).trim();
  run("go", [
    "tool",
    "esbuild",
    ...entries,
    "--bundle",
    "--outdir=.dist/assets",
    "--outbase=.",
    "--entry-names=[name]-[hash]",
    "--chunk-names=chunk-[hash]",
    "--target=es2022",
    "--jsx=automatic",
    "--jsx-import-source=preact",
    "--legal-comments=none",
    "--charset=utf8",
    "--loader:.jpg=file",
    // Styles of late scripts come inside them, and are put in force by constructing them.
    "--loader:.late.css=text",
    "--asset-names=[name]-[hash]",
    `--metafile=${meta}`,
    "--log-level=warning",
    `--alias:go-wasm-exec=${path.join(goroot, "lib/wasm/wasm_exec.js")}`,
    ...(fast ? [] : ["--minify"]),
    ...extra,
  ]);
  const { outputs } = JSON.parse(fs.readFileSync(meta, "utf8"));
  fs.rmSync(meta);
  return outputs;
}

/** The file that was built from entry, and every chunk that it imports statically. */
function closure(outputs, entry) {
  const first = Object.keys(outputs).find((o) => outputs[o].entryPoint === entry);
  if (!first) throw new Error(`nothing was built from ${entry}`);
  const seen = new Set([first]);
  for (const o of seen)
    for (const i of outputs[o].imports) if (i.kind === "import-statement" && !i.external) seen.add(i.path);
  return [...seen];
}

const linkTo = (file) => `assets/${path.basename(file)}`;
const bytesOf = (file) => fs.readFileSync(path.join(web, file));
const integrity = (file) => `integrity="${sri(bytesOf(file))}" crossorigin`;

/** Everything that the page's two scripts share is one chunk: the first one, whose own file only imports it. */
function beginning(outputs, page) {
  if (!page.begin) return undefined;
  const [stub, chunk, ...more] = closure(outputs, page.begin);
  if (!chunk || more.length > 0 || outputs[stub].bytes > 500) throw new Error(`${page.begin} is not one chunk`);
  fs.rmSync(path.join(web, stub));
  return chunk;
}

function writePage(page, outputs, workers, styles, lazies, engine) {
  const scripts = closure(outputs, page.script);
  const style = closure(styles, page.style)[0];
  const begin = beginning(outputs, page);
  const tags = [
    ...scripts
      .slice(1)
      .map((c) => `<link rel="modulepreload" href="${linkTo(c)}" ${integrity(c)} fetchpriority="high">`),
    `<link rel="stylesheet" href="${linkTo(style)}" ${integrity(style)}>`,
    `<script type="module" src="${linkTo(scripts[0])}" ${integrity(scripts[0])}></script>`,
  ];
  if (dev) {
    const [reload] = closure(outputs, "src/dev/reload.ts");
    tags.push(`<script type="module" src="${linkTo(reload)}" ${integrity(reload)}></script>`);
  }
  let source = scripts.map((s) => bytesOf(s).toString()).join("\n");
  for (const [name, others] of Object.entries(inTurn))
    if (source.includes(`"${name}"`)) source += others.map((other) => `"${other}"`).join();
  for (const lazy of lazies) {
    const name = path.basename(lazy).replace(/\.lazy\.tsx?$/, "");
    if (!source.includes(`"${name}"`) && !name.startsWith("words-")) continue;
    for (const [i, file] of closure(outputs, lazy).entries())
      if (!scripts.includes(file))
        tags.push(
          `<link data-lazy="${name}"${i === 0 ? " data-entry" : ""} href="${linkTo(file)}" ${integrity(file)}>`,
        );
  }
  for (const [name, file] of [...workers, ["page-view", closure(styles, "css/page-view.css")[0]]])
    if (source.includes(`"${name}"`))
      tags.push(`<link data-asset="${name}" href="${linkTo(file)}" ${integrity(file)}>`);
  if (engine && source.includes('"engine"'))
    tags.push(`<link data-asset="engine" href="assets/${engine.name}" integrity="${sri(engine.bytes)}" crossorigin>`);
  // Behind what it looks for.
  if (begin) tags.push(`<script type="module" async src="${linkTo(begin)}" ${integrity(begin)}></script>`);
  const html = fs.readFileSync(path.join(web, page.html), "utf8").replace("<!--build-->", tags.join("\n"));
  fs.writeFileSync(path.join(fresh, page.html), html);
  return [path.join(".dist", page.html), style, ...scripts];
}

const brotli = (bytes) =>
  zlib.brotliCompressSync(bytes, {
    params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 11, [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });

function compressAll() {
  for (const f of filesIn(fresh)) {
    if (!/\.(html|js|css|svg|wasm)$/.test(f)) continue;
    const bytes = fs.readFileSync(path.join(fresh, f));
    fs.writeFileSync(path.join(fresh, `${f}.br`), brotli(bytes));
    fs.writeFileSync(path.join(fresh, `${f}.gz`), zlib.gzipSync(bytes, { level: 9 }));
  }
}

function checkBudgets(weights) {
  let over = false;
  for (const { name, files, budget } of weights) {
    const sum = files.reduce((n, f) => n + fs.statSync(path.join(web, `${f}.br`)).size, 0);
    console.log(`${name.padEnd(12)} ${String(sum).padStart(9)} of ${budget} bytes (brotli)`);
    over ||= sum > budget;
  }
  if (over) throw new Error("over budget: load it later, or leave it out");
}

function main() {
  fs.rmSync(fresh, { recursive: true, force: true });
  fs.mkdirSync(assets, { recursive: true });
  const engine = buildEngine();
  if (engine) fs.writeFileSync(path.join(assets, engine.name), engine.bytes);
  const here = pages.filter((p) => fs.existsSync(path.join(web, p.script)));
  const lazies = [...find("src", (f) => /\.lazy\.tsx?$/.test(f)), ...find("locales", (f) => /\.lazy\.ts$/.test(f))];
  const workerEntries = find("src", (f) => f.endsWith(".worker.ts"));
  // The codecs' own loaders look for files that the page hands them compiled, and for Node.
  const iife = ["--format=iife", "--define:import.meta.url=location.href", "--external:fs", "--external:path"];
  const workerOut = workerEntries.length ? esbuild(workerEntries, iife) : {};
  const workers = [...workerEntries.map((w) => [path.basename(w, ".ts"), closure(workerOut, w)[0]]), ...copyCodecs()];
  const alone = here.filter((p) => !p.begin);
  const outputs = esbuild(
    [...alone.map((p) => p.script), ...lazies, ...(dev ? ["src/dev/reload.ts"] : [])],
    // Without --splitting: chunks that pages share compress apart and cost a viewer 6 kB. So a late script carries its own
    // copy of what it imports; it must hold no state that the page shares (words, classes to compare with instanceof).
    ["--format=esm"],
  );
  for (const p of here.filter((p) => p.begin))
    Object.assign(outputs, esbuild([p.begin, p.script], ["--format=esm", "--splitting"]));
  const styles = esbuild(
    here.map((p) => p.style),
    [],
  );
  const weights = here.map((p) => ({
    name: p.html,
    budget: p.budget,
    files: [
      ...writePage(p, outputs, workers, styles, lazies, engine),
      ...workers.filter(([name]) => p.also?.includes(name)).map(([, file]) => file),
    ],
  }));
  fs.copyFileSync(path.join(web, "mark.svg"), path.join(fresh, "mark.svg"));
  if (dev) fs.writeFileSync(path.join(fresh, "stamp.json"), `${Date.now()}`);
  if (!fast) {
    compressAll();
    if (engine) weights.push({ name: "engine", budget: engineBudget, files: [`.dist/assets/${engine.name}`] });
    checkBudgets(weights);
  }
  publish();
}

main();
