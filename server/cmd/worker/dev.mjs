// Serves the Worker as `wrangler dev --local` does, but without its inspector: that reads along with every statement to
// D1, and under 200 requests at once takes wrangler down with it.
//
//   node dev.mjs wrangler.json PORT     state lies in ./state beside the configuration
import { unstable_startWorker } from "wrangler";

const [config, port] = process.argv.slice(2);
const worker = await unstable_startWorker({
  config,
  dev: {
    remote: false,
    inspector: false,
    watch: false,
    persist: "state",
    testScheduled: true,
    server: { hostname: "127.0.0.1", port: Number(port), secure: false },
  },
});
await worker.ready;
console.log("ready", String(await worker.url));
