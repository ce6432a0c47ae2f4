// The edge of the Worker: keeps one Go instance per isolate and hands it requests.
//
// One instance for all requests is 20 to 50 times as fast as one for each. It asks for rules that bridge.go and the
// stores keep: no Go timer runs in a request, no request waits for another, bodies never go through a Go pipe.
import "./build/wasm_exec.js";
import program from "./build/safelight.wasm";

// A used-up instance is replaced: database/sql's driver leaks a function per statement, about 300 bytes.
const maxUses = 20_000;

// What is not a file's own name. The paths and the pages are those of server/api/pages.go.
const pages = { "/": "/index.html", "/s": "/share.html", "/m": "/manage.html", "/r": "/request.html", "/inspect": "/inspect.html" };

let shared;

// instance returns the living instance. The first call of it, and none at start-up, may use the bindings.
function instance(env) {
  if (shared === undefined || shared.go.exited || shared.uses >= maxUses) {
    shared = start(env);
  }
  shared.uses++;
  return shared.binding;
}

// start runs main, which registers its handlers and calls ready before it blocks, all without waiting for anything.
function start(env) {
  const go = new Go();
  const binding = {};
  globalThis.context = { env, binding, ctx: {}, concat, sleep };
  let ready = false;
  const imports = { ...go.importObject, workers: { ready: () => { ready = true; } } };
  go.run(new WebAssembly.Instance(program, imports)).catch((e) => console.error("instance ended:", String(e)));
  if (!ready) {
    throw new Error("the program ended before it was ready");
  }
  return { go, binding, uses: 0 };
}

// sleep is a timer that belongs to the request that asks for it; a Go timer belongs to whichever request came first.
function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

// concat streams slices [key, offset, length] of objects one after the other; see server/store/r2.
function concat(bucket, objects, slices, total) {
  if (slices.length === 1 && total > 0) {
    return objects[0].body;
  }
  const { readable, writable } = new FixedLengthStream(total);
  pump(bucket, objects, slices, writable).catch((e) => writable.abort(e).catch(() => {}));
  return readable;
}

async function pump(bucket, objects, slices, writable) {
  for (const [i, [key, offset, length]] of slices.entries()) {
    const object = objects[i] ?? (await bucket.get(key, { range: { offset, length } }));
    if (object === null) {
      throw new Error("a part is gone");
    }
    if (length === 0) {
      await object.body.cancel();
      continue;
    }
    await object.body.pipeTo(writable, { preventClose: true });
  }
  await writable.close();
}

export default {
  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (pages[pathname] !== undefined && (request.method === "GET" || request.method === "HEAD")) {
      const page = await env.ASSETS.fetch(new Request(new URL(pages[pathname], request.url), request));
      if (page.status !== 404) {
        return page;
      }
    }
    const reply = instance(env).handleRequest(request);
    ctx.waitUntil(reply.catch(() => {})); // also when the client is gone: an open goroutine would keep its memory
    return reply;
  },

  async scheduled(event, env, ctx) {
    ctx.waitUntil(instance(env).runScheduler(event));
  },
};
