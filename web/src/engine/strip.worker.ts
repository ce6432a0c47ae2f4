// A strip worker: the engine takes the metadata out of one photo after the other. It never sees a secret.
import { Fault } from "./fault.ts";
import { GoEngine } from "./go.ts";
import type { StripCalls, Stripped } from "./protocol.ts";
import { serve } from "./worker.ts";

let engine: Promise<GoEngine> | undefined;

function ready(): Promise<GoEngine> {
  if (!engine) throw new Fault("internal");
  return engine;
}

async function strip(photo: Blob) {
  const go = await ready();
  const bytes = new Uint8Array(await photo.arrayBuffer());
  const { bytes: kept, report } = (await go.call("strip", bytes)) as { bytes: Uint8Array<ArrayBuffer>; report: string };
  const stripped: Stripped = { ...(JSON.parse(report) as Omit<Stripped, "blob">), blob: new Blob([kept]) };
  return { stripped, memory: go.memory };
}

serve<StripCalls>({
  start(module) {
    engine = GoEngine.start(module);
    engine.catch(() => undefined); // whoever calls hears of it
  },
  strip,
});
