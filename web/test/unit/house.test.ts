// The rules of the house that a reader of one file cannot see: which folder may do and import what.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";

declare const WEB_DIR: string;

interface Source {
  readonly file: string;
  readonly text: string;
}

interface Rule {
  readonly why: string;
  /** What must not stand there. */
  readonly found: RegExp;
  /** Where it is looked for, and where it may stand. */
  readonly within: RegExp;
  readonly except: RegExp;
}

const none = /^$/;

const rules: readonly Rule[] = [
  {
    why: "only api/ fetches (the engine is an asset of the page, fetched with its integrity)",
    found: /(?<![.\w])fetch\(/,
    within: /^/,
    except: /^(api\/|engine\/(compile|engine|go)\.ts$|dev\/)/,
  },
  {
    why: "only format/fragment.ts reads what stands behind #",
    found: /location\.hash/,
    within: /^(api|engine|model|ui|viewer|lib|format)\/|^\w+\.tsx$/,
    except: /^format\/fragment\.ts$/,
  },
  {
    why: "only these start workers",
    found: /new Worker\(/,
    within: /^/,
    except: /^(engine\/engine|format\/opener|format\/derive-passphrase)\.ts$/,
  },
  {
    why: "no HTML from strings",
    found: /innerHTML|outerHTML|insertAdjacentHTML|document\.write/,
    within: /^/,
    except: none,
  },
  {
    why: "the format knows no DOM, no network and no page",
    found: /from "(preact|\.\.\/(api|model|ui|viewer|engine)\/)/,
    within: /^format\//,
    except: none,
  },
  { why: "api/ renders nothing", found: /from "(preact|\.\.\/(ui|viewer)\/)/, within: /^api\//, except: none },
  {
    why: "model/ has no DOM",
    found: /from "(preact|\.\.\/(ui|viewer)\/)|\bdocument\.|\bwindow\./,
    within: /^model\//,
    except: none,
  },
  {
    why: "nothing is kept beyond the tab",
    found: /localStorage|indexedDB|document\.cookie|caches\./,
    within: /^/,
    except: none,
  },
  { why: "no style attribute: the policy forbids it", found: /\sstyle=/, within: /\.tsx$/, except: none },
];

function broken(rule: Rule, sources: readonly Source[]): string[] {
  const here = sources.filter(({ file }) => rule.within.test(file) && !rule.except.test(file));
  return here.filter(({ text }) => rule.found.test(text)).map(({ file }) => file);
}

/** The sources without their comments: a rule may be talked about. */
const sources: readonly Source[] = fs
  .readdirSync(path.join(WEB_DIR, "src"), { recursive: true })
  .map(String)
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => ({
    file,
    text: fs
      .readFileSync(path.join(WEB_DIR, "src", file), "utf8")
      .replace(/\/\*[\s\S]*?\*\//g, "")
      .replace(/(^|\s)\/\/.*$/gm, ""),
  }));

for (const rule of rules)
  test(rule.why, () => {
    assert.deepEqual(broken(rule, sources), []);
  });

test("the rules find what they forbid", () => {
  const bad: readonly Source[] = [
    {
      file: "viewer/x.tsx",
      text: 'fetch("/a"); location.hash; new Worker(u); e.innerHTML = ""; localStorage; <p style="">',
    },
    { file: "format/x.ts", text: 'import { render } from "preact";' },
    { file: "api/x.ts", text: 'import { Room } from "../viewer/room.tsx";' },
    { file: "model/x.ts", text: "document.title" },
  ];
  for (const rule of rules) assert.notDeepEqual(broken(rule, bad), [], rule.why);
});
