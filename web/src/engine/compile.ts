// Fetches and compiles a module, in the page or in a worker.
import { Fault } from "./fault.ts";
import type { Listed } from "./protocol.ts";

export async function compile({ href, integrity }: Listed): Promise<WebAssembly.Module> {
  let response: Response;
  try {
    response = await fetch(href, { integrity, credentials: "omit" });
  } catch {
    throw new Fault("away");
  }
  if (!response.ok) throw new Fault("updated");
  try {
    return await WebAssembly.compileStreaming(response);
  } catch (thrown) {
    throw new Fault(thrown instanceof WebAssembly.CompileError ? "no-wasm" : "away");
  }
}

/** Bytes that came in a ms with a file; 0 if they did not come over the line. */
export function speedOf({ href }: Listed): number {
  const [entry] = performance.getEntriesByName(href) as PerformanceResourceTiming[];
  if (!entry?.transferSize) return 0;
  return entry.encodedBodySize / Math.max(1, entry.responseEnd - entry.responseStart);
}
