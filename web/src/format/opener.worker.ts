// The opener's worker: opening a large photo must not hold up the page.
import { isFormatError } from "./errors.ts";
import { openerJobs } from "./opener-jobs.ts";
import type { Answer, Call } from "./opener-protocol.ts";

const jobs = openerJobs();
const post = (answer: Answer, transfer: Transferable[] = []) => self.postMessage(answer, { transfer });

type Gives = Extract<Answer, { gives: unknown }>["gives"];

self.onmessage = async ({ data }: MessageEvent<Call>) => {
  const { n } = data;
  try {
    const gives = await (jobs[data.op] as (args: unknown) => Gives | Promise<Gives>)(data.args);
    post({ n, gives }, gives instanceof Uint8Array ? [gives.buffer] : []);
  } catch (error) {
    post({
      n,
      code: isFormatError(error) ? error.code : "failed",
      message: error instanceof Error ? error.message : "",
    });
  }
};

post({ ready: true });
