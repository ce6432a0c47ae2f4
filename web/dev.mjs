// The edit loop: builds, serves with bin/safelightd under the released headers, watches, rebuilds what changed, and the
// open pages reload themselves.
//
//   node dev.mjs [flags for safelightd serve]
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

const web = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const root = path.join(web, "..");
let server;
let timer;
let pending = new Set();

const run = (cmd, args, env = {}) =>
  spawnSync(cmd, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } }).status === 0;

function buildPages(engineToo) {
  return run("node", ["web/build.mjs", "--fast", "--dev", ...(engineToo ? [] : ["--no-engine"])]);
}

function buildServer() {
  return run("go", ["build", "-tags", "nomsgpack", "-o", "bin/safelightd", "./server/cmd/safelightd"], {
    CGO_ENABLED: "0",
  });
}

function startServer() {
  server?.kill("SIGTERM");
  const listen = process.env.SAFELIGHT_LISTEN ?? "127.0.0.1:8080";
  const data = process.env.SAFELIGHT_DATA ?? "./data";
  server = spawn(
    "bin/safelightd",
    ["serve", "--listen", listen, "--data", data, "--pages", "web/dist", ...process.argv.slice(2)],
    { cwd: root, stdio: "inherit" },
  );
}

/** What a changed file asks for: "server", "engine" or "pages". */
function asksFor(file) {
  if (/(^|\/)(\.?dist[.\d]*|node_modules|test|testdata)\//.test(file) || /_test\.go$/.test(file)) return undefined;
  if (file.startsWith("server/") && file.endsWith(".go")) return "server";
  if (/^(wasm|client|crypto)\/.*\.go$/.test(file)) return "engine";
  if (/^web\/.*\.(tsx?|css|html|json|svg)$/.test(file)) return "pages";
  return undefined;
}

function rebuild() {
  const wanted = pending;
  pending = new Set();
  if (wanted.has("engine") || wanted.has("pages")) buildPages(wanted.has("engine"));
  if (wanted.has("server") && buildServer()) startServer();
}

if (!buildPages(true) || !buildServer()) process.exit(1);
startServer();
for (const room of ["web", "wasm", "client", "crypto", "server"])
  fs.watch(path.join(root, room), { recursive: true }, (_event, name) => {
    const what = name ? asksFor(path.join(room, name.toString())) : undefined;
    if (!what) return;
    pending.add(what);
    clearTimeout(timer);
    timer = setTimeout(rebuild, 120);
  });
for (const signal of ["SIGINT", "SIGTERM"])
  process.on(signal, () => {
    server?.kill("SIGTERM");
    process.exit(0);
  });
