// Lighthouse on one address: prints {"accessibility": 0–1, "best-practices": 0–1, "findings": [...]} as one line of JSON.
//
//   node run.mjs URL
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const chromeFlags = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-default-apps",
  "--disable-extensions",
];

const chrome = await launch({
  chromePath: process.env.CHROME_PATH ?? "/usr/bin/chromium",
  chromeFlags,
  logLevel: "silent",
});
try {
  const { lhr } = await lighthouse(process.argv[2], {
    port: chrome.port,
    logLevel: "silent",
    maxWaitForLoad: 15_000,
    onlyCategories: ["accessibility", "best-practices"],
  });
  const counted = Object.values(lhr.categories).flatMap((c) =>
    c.auditRefs.filter((r) => r.weight > 0).map((r) => r.id),
  );
  const findings = counted
    .map((id) => lhr.audits[id])
    .filter((a) => a.score !== null && a.score < 1)
    .map((a) => ({ id: a.id, title: a.title, details: a.details?.items?.slice(0, 3) }));
  console.log(
    JSON.stringify({ ...Object.fromEntries(Object.values(lhr.categories).map((c) => [c.id, c.score])), findings }),
  );
} finally {
  chrome.kill();
}
