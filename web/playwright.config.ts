import { defineConfig } from "@playwright/test";

const chromiumArgs = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Chromium runs everything; Firefox ESR, which goes over WebDriver BiDi, the specs that say "both". */
export default defineConfig({
  testDir: "test/e2e",
  outputDir: "test-results",
  fullyParallel: true,
  workers: 2,
  forbidOnly: true,
  retries: 0,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  use: { actionTimeout: 15_000, navigationTimeout: 20_000, serviceWorkers: "block", trace: "off" },
  projects: [
    {
      name: "chromium",
      use: { browserName: "chromium", launchOptions: { executablePath: "/usr/bin/chromium", args: chromiumArgs } },
    },
    {
      name: "firefox",
      testMatch: /\.both\.spec\.ts$/,
      // What it cannot be told, or does not have.
      grepInvert: /@chromium/,
      use: {
        browserName: "firefox",
        channel: "moz-firefox",
        launchOptions: { executablePath: "/usr/bin/firefox-esr" },
      },
    },
  ],
});
