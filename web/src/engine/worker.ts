// The far end of the protocol: what every worker does with a message.
import { cargo } from "./cargo.ts";
import { Fault, faultOf } from "./fault.ts";
import type { Answer, Call } from "./protocol.ts";

interface Scope {
  onmessage: ((event: MessageEvent<Call>) => void) | null;
  postMessage(message: unknown, transfer?: readonly Transferable[]): void;
}

export const scope = globalThis as unknown as Scope;

/** The handlers for a set of calls; each may answer later. */
export type Handlers<Calls> = {
  [name in keyof Calls]: Calls[name] extends (...args: infer Args) => infer Value
    ? (...args: Args) => Value | Promise<Value>
    : never;
};

/** Answers calls for as long as the worker lives. Calls are not put in order: that is the caller's business. */
export function serve<Calls>(handlers: Handlers<Calls>): void {
  const table = handlers as Record<string, ((...args: unknown[]) => unknown) | undefined>;
  scope.onmessage = async ({ data }) => {
    try {
      const handler = table[data.call];
      if (!handler) throw new Fault("internal");
      answer({ id: data.id, value: await handler(...data.args) });
    } catch (thrown) {
      const { code, refusal, convertible } = faultOf(thrown);
      answer({ id: data.id, fault: { code, convertible, ...(refusal === undefined ? {} : { refusal }) } });
    }
  };
}

function answer(message: Answer): void {
  scope.postMessage(message, "value" in message ? cargo(message.value, 4) : []);
}
