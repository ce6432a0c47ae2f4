// What a page loads later. The build lists every late script, worker and the engine in the page's HTML, with its
// integrity; nothing is loaded that is not listed there.

import { named } from "./named.ts";

/** The browser has an old page open whose files are gone from the server: reload, the fragment stays. */
export class UpdatedError extends Error {
  override name = "UpdatedError";
  static override [Symbol.hasInstance] = named("UpdatedError");
  readonly code = "updated";
}

/** Loads the module src/**​/{name}.lazy.ts(x). Throws UpdatedError when it is not there any more. */
export async function lazy<T>(name: string): Promise<T> {
  const links = [...document.querySelectorAll<HTMLLinkElement>(`link[data-lazy="${name}"]`)];
  const entry = links.find((link) => "entry" in link.dataset);
  if (!entry) throw new UpdatedError(`no chunk ${name}`);
  try {
    await Promise.all(links.map(preload));
    return (await import(entry.href)) as T;
  } catch {
    throw new UpdatedError(`chunk ${name} is gone`);
  }
}

/** Lets the page draw and hear the person in between. */
export const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** modulepreload is what carries the integrity of a module that a script asks for. */
function preload(link: HTMLLinkElement): Promise<void> | undefined {
  if (link.rel === "modulepreload") return undefined;
  return new Promise((resolve, reject) => {
    link.onload = () => resolve();
    link.onerror = () => {
      link.removeAttribute("rel");
      reject(new Error("not loaded"));
    };
    link.rel = "modulepreload";
  });
}

export interface Asset {
  readonly href: string;
  readonly integrity: string;
}

/** Address and integrity of a listed file: "engine", or the name of a worker such as "pack.worker". */
export function asset(name: string): Asset {
  const link = document.querySelector<HTMLLinkElement>(`link[data-asset="${name}"]`);
  if (!link) throw new UpdatedError(`no asset ${name}`);
  return { href: link.href, integrity: link.integrity };
}

interface WorkerPolicy {
  createScriptURL(url: string): string;
}

let policy: WorkerPolicy | undefined;

/** The one Trusted Types policy of the pages: it lets through the listed workers and nothing else. */
function workerPolicy(): WorkerPolicy {
  const rules = {
    createScriptURL(url: string): string {
      const listed = [...document.querySelectorAll<HTMLLinkElement>("link[data-asset]")].some((l) => l.href === url);
      if (!listed) throw new TypeError("not a worker of this page");
      return url;
    },
  };
  const types = (globalThis as { trustedTypes?: { createPolicy(n: string, r: WorkerPolicy): WorkerPolicy } })
    .trustedTypes;
  policy ??= types ? types.createPolicy("worker", rules) : rules;
  return policy;
}

/** The address of a listed worker, fit for `new Worker(...)`. Only engine/engine.ts and format's opener start workers. */
export function workerUrl(name: string): string {
  return workerPolicy().createScriptURL(asset(name).href);
}
