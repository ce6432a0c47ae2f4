// The opener on the page's own thread, for browsers that start no worker. Between two pieces the page gets a turn.
import { openerJobs } from "./opener-jobs.ts";
import type { Calls, Op } from "./opener-protocol.ts";

export interface Here {
  call<O extends Op>(op: O, args: Calls[O]["args"]): Promise<Calls[O]["gives"]>;
}

export function openHere(): Here {
  const jobs = openerJobs();
  return {
    async call(op, args) {
      await new Promise((turn) => setTimeout(turn));
      return (await (jobs[op] as (args: unknown) => unknown)(args)) as Calls[typeof op]["gives"];
    },
  };
}
