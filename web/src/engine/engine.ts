// The near end of the protocol: starts the workers and calls them. Nothing else in the pages makes a worker for sending.
import type { Edits } from "../editor/edits.ts";
import { asset, UpdatedError, workerUrl } from "../lib/lazy.ts";
import { compile } from "./compile.ts";
import type { LibraryName } from "./elsewhere.ts";
import { Fault, type FaultCode } from "./fault.ts";
import { Maker, type View } from "./making.ts";
import { PackLine } from "./pack-line.ts";
import { media, role } from "./photo.ts";
import { type Line, Pool } from "./pool.ts";
import type { Coded, Compiled, Inspected, Listed, Part, Stripped, Worked } from "./protocol.ts";

const mebi = 1 << 20;

/** The engine keeps what memory it once had: a strip worker that grew beyond this is replaced by a new one. */
const spentMemory = 80 * mebi;

/** Bytes of photos being stripped at once; the engine needs some five times as much. */
const stripLimit = 12 * mebi;

/** Pixels being decoded at once, some ten bytes each. */
const codecLimit = 30_000_000;

/** An animation of up to so many bytes plays as soon as the share opens: it goes with the views, in place of one. */
const playsAtOnce = 4 * mebi;

export interface EncodeOptions {
  /** New pixels by one setting for everybody, and no original. */
  readonly pixelsOnly?: boolean;
  /** Hears when strip has begun to make variants, or will not. */
  readonly begun?: () => void;
  /** Hears when this browser has decoded a photo whose original goes behind its variants: it will be needed. */
  readonly decoded?: () => void;
}

/** Views that are kept to be coded in the other format, some six megabytes each; the others do without it. */
const mostKept = ((navigator as { deviceMemory?: number }).deviceMemory ?? 4) > 4 ? 12 : 6;

/** So much of a file says how large a picture it holds and how it is turned, unless it is an odd one. */
const headSize = mebi / 2;

/**
 * With so few cores and a fast line, what the link opens with has the cores for itself: a photo is stripped when it has been
 * decoded, not meanwhile, and its original is sealed after its views. A slow line is busy for so much longer with the original
 * that nothing may hold that up.
 */
const fewCores = 2;

/** A line is fast if it would bring a photo within so many ms. */
const soon = 1000;

interface Begun {
  readonly made: Promise<readonly Coded[]>;
  readonly decoded: Promise<void>;
  readonly stop: AbortController;
}

/** What encode leaves for further. */
interface Rest {
  readonly later: readonly Coded[];
  readonly view: Coded | undefined;
}

export class Engine {
  readonly #compiling = new Map<string, Promise<WebAssembly.Module>>();
  #module: WebAssembly.Module | undefined;
  /** Bytes in a ms, by which the engine came. */
  #speed = 0;
  /** A pack worker that is there before Send is pressed, so that the link is there when it is; for the next share, too. */
  #spare: Line | undefined;
  readonly #strip: Pool;
  readonly #codec: Pool;
  readonly #maker: Maker;
  /** Variants that are being made while the photo is still stripped. */
  readonly #begun = new WeakMap<Blob, Begun>();
  /** By the stripped file. */
  readonly #rest = new WeakMap<Blob, Rest>();
  /** By the stripped file, of what was looked at closely before it is sent. */
  readonly #sets = new WeakMap<Blob, Coded>();
  /** By the coded view. */
  readonly #kept = new Map<Blob, View>();

  readonly #cores: number;

  constructor(cores = navigator.hardwareConcurrency || 2) {
    this.#cores = cores;
    const few = Math.max(1, Math.min(3, cores - 1));
    this.#strip = new Pool({
      ...this.#kind("strip.worker", cores > 3 ? 2 : 1, stripLimit),
      start: () => this.#starting("strip.worker"),
      spent: (value) => ((value as { memory?: number } | undefined)?.memory ?? 0) > spentMemory,
    });
    this.#codec = new Pool(this.#kind("codec.worker", few, codecLimit));
    const library = new Pool(this.#kind("library.worker", few, codecLimit));
    const heif = new Pool({ ...this.#kind("heif.worker", 1, codecLimit), spent: () => true });
    this.#maker = new Maker({ strip: this.#strip, codec: this.#codec, library, heif }, (name) => this.#library(name));
  }

  /** Has the engine and a worker of each kind there before they are needed. Failures show when they are. */
  async warm(): Promise<void> {
    try {
      this.#codec.warm();
      const packer = this.#spare ? undefined : new Worker(workerUrl("pack.worker")); // its thread starts meanwhile
      await this.#compiled();
      this.#strip.warm();
      if (packer) this.#spare = this.#given(packer);
      await Promise.all([this.#strip.practise(16), this.#codec.practise(3)]);
    } catch {
      // Whoever needs it tries again and hears why.
    }
  }

  /** What a file gives away; nothing is changed or sent. Of one that is refused too, as far as it can be read. */
  async inspect(photo: Blob, signal: AbortSignal): Promise<Inspected> {
    await this.#compiled();
    return ((await this.#strip.run("inspect", [photo], photo.size, signal)) as Worked<Inspected>).value;
  }

  /** Takes the metadata out. What encode will be asked for is begun meanwhile. */
  async strip(photo: Blob, signal: AbortSignal, options: EncodeOptions = {}): Promise<Stripped> {
    await this.#compiled();
    if (!options.pixelsOnly) await this.#begin(photo, signal);
    options.begun?.();
    const begun = this.#begun.get(photo);
    if (begun && this.#viewsFirst(photo)) await Promise.race([begun.decoded, begun.made.catch(() => undefined)]);
    try {
      return ((await this.#strip.run("strip", [photo], photo.size, signal)) as Worked<Stripped>).value;
    } catch (thrown) {
      this.#begun.get(photo)?.stop.abort(thrown);
      throw thrown;
    }
  }

  /** A photo made of the pixels of one that was refused but is convertible. */
  async convert(photo: Blob, signal: AbortSignal): Promise<Stripped> {
    return this.#maker.convert(photo, await this.inspect(photo, signal), signal);
  }

  /** A photo made of what edits leave of another. What was covered or cut off is not in it. */
  async edit(photo: Blob, about: Stripped, edits: Edits, signal: AbortSignal): Promise<Stripped> {
    await this.#compiled();
    return this.#maker.edit(photo, about, edits, signal);
  }

  /** What a share opens with, of a photo. For pixels only everything: no original and nothing further goes with it. */
  async encode(
    photo: Blob,
    stripped: Stripped,
    signal: AbortSignal,
    options: EncodeOptions = {},
  ): Promise<readonly Coded[]> {
    const begun = this.#begun.get(photo);
    this.#begun.delete(photo);
    if (options.pixelsOnly) {
      begun?.stop.abort(new DOMException("other variants are wanted", "AbortError"));
      return this.#maker.pixelsOnly(stripped.blob, stripped.pixelsOnly, stripped, signal);
    }
    // What was begun for a caller that has given up is not this caller's.
    const usable = begun && !begun.stop.signal.aborted ? begun : this.#quick(photo, stripped, signal);
    if (options.decoded && !this.#viewsFirst(photo)) void usable.decoded.then(options.decoded);
    const all = await usable.made;
    const rest = atOnce(stripped) ? all.slice(0, stripped.plan.filter((spec) => spec.later).length) : [];
    const made = all.slice(rest.length);
    this.#rest.set(stripped.blob, { later: rest, view: made.find((variant) => variant.role === role.view) });
    return plays(stripped, photo) ? [original(stripped), ...made] : made;
  }

  /** What goes with the original, made after what a share opens with. */
  async further(stripped: Stripped, signal: AbortSignal): Promise<readonly Coded[]> {
    const { later, view } = this.#rest.get(stripped.blob) ?? { later: [], view: undefined };
    const plan = atOnce(stripped) ? [] : stripped.plan.filter((spec) => spec.later);
    const larger = await this.#maker.make(stripped.blob, plan, stripped, signal);
    return [
      ...later,
      ...larger,
      ...(await this.#other(view, stripped, signal)),
      ...(await this.#tiles(stripped, signal)),
    ];
  }

  async #other(view: Coded | undefined, stripped: Stripped, signal: AbortSignal): Promise<readonly Coded[]> {
    const kept = view && this.#kept.get(view.blob);
    if (!kept) return [];
    this.#kept.delete(view.blob);
    const other = await this.#maker.other(kept, stripped, signal);
    return other ? [other] : [];
  }

  /** The tile set that further makes, for who wants to see it before. It is kept for further. */
  async tiles(stripped: Stripped, signal: AbortSignal): Promise<Coded | undefined> {
    const [set] = await this.#tiles(stripped, signal);
    if (set) this.#sets.set(stripped.blob, set);
    return set;
  }

  /** Without them, for want of memory or of codecs, there are still the views. */
  async #tiles(stripped: Stripped, signal: AbortSignal): Promise<readonly Coded[]> {
    const kept = this.#sets.get(stripped.blob);
    if (kept) return [kept];
    const [spec] = stripped.tiles ?? [];
    const set = spec && (await this.#maker.tiles(stripped.blob, spec, stripped, signal).catch(() => undefined));
    signal.throwIfAborted();
    return set ? [set] : [];
  }

  /** The one worker that holds the secrets of a share. onPart gets every sealed part. */
  async pack(onPart: (part: Part) => void): Promise<PackLine> {
    await this.#compiled();
    const worker = this.#spare ?? this.#starting("pack.worker");
    this.#spare = undefined;
    return new PackLine(worker, onPart, () => {
      this.#spare ??= this.#starting("pack.worker");
    });
  }

  #viewsFirst({ size }: Blob): boolean {
    return this.#cores <= fewCores && size < soon * this.#speed;
  }

  /** Looks at the head of a file alone, which takes a few milliseconds, and begins to make variants. */
  async #begin(photo: Blob, signal: AbortSignal): Promise<void> {
    const look = async (head: Blob) =>
      ((await this.#strip.run("inspect", [head], head.size, signal)) as Worked<Inspected>).value;
    let looked = await look(photo.slice(0, headSize));
    if (looked.refusal !== undefined && photo.size > headSize) looked = await look(photo);
    if (looked.refusal !== undefined) return;
    const stop = new AbortController();
    signal.addEventListener("abort", () => stop.abort(signal.reason), { once: true });
    this.#begun.set(photo, { ...this.#quick(photo, looked, stop.signal), stop });
  }

  #quick(photo: Blob, about: Inspected | Stripped, signal: AbortSignal): Omit<Begun, "stop"> {
    const instead = plays(about, photo);
    const plan = about.plan.filter((spec) => (atOnce(about) || !spec.later) && !(instead && spec.role === role.view));
    const kept = (view: View) => {
      if (signal.aborted) view.image.close();
      else this.#keep(view);
    };
    let hear = () => {};
    const decoded = new Promise<void>((resolve) => {
      if (!instead && !atOnce(about)) hear = resolve;
    });
    const hearing = { kept, decoded: () => hear() };
    const made = this.#maker.make(photo, plan, about, signal, hearing);
    made.catch(() => undefined); // encode hears of it
    return { made, decoded };
  }

  /** Keeps a view, and not too many: the oldest goes. */
  #keep(view: View): void {
    this.#kept.set(view.coded.blob, view);
    for (const [oldest, other] of this.#kept) {
      if (this.#kept.size <= mostKept) return;
      other.image.close();
      this.#kept.delete(oldest);
    }
  }

  #kind(name: string, size: number, limit: number) {
    return { start: () => new Worker(workerUrl(name)), missing: () => whyMissing(name), size, limit };
  }

  /** A worker with the engine in it: every call waits for #compiled first. */
  #starting(name: string): Line {
    return this.#given(new Worker(workerUrl(name)));
  }

  #given(worker: Worker): Line {
    worker.postMessage({ id: -1, call: "start", args: [this.#module] });
    return worker;
  }

  async #compiled(): Promise<void> {
    this.#module = await this.#library("engine");
  }

  /** The engine in a worker that is there anyway: taking in its code would hold up the page. */
  async #compile(name: LibraryName | "engine"): Promise<WebAssembly.Module> {
    const where = listed(name);
    if (name !== "engine") return compile(where);
    const { module, speed } = (await this.#codec.run("compile", [where], 0)) as Compiled;
    this.#speed = speed;
    return module;
  }

  /** Compiles once for all workers; after a failure the next call tries again. */
  async #library(name: LibraryName | "engine"): Promise<WebAssembly.Module> {
    const compiling = this.#compiling.get(name) ?? this.#compile(name);
    this.#compiling.set(name, compiling);
    try {
      return await compiling;
    } catch (thrown) {
      this.#compiling.delete(name);
      throw thrown;
    }
  }
}

function plays({ animated, media: kind }: Inspected | Stripped, { size }: Blob): boolean {
  return animated && kind !== media["image/jxl"] && kind !== media["image/heic"] && size <= playsAtOnce;
}

/** HEIC takes a second to decode: once has to do. */
const atOnce = ({ media: kind }: Inspected | Stripped) => kind === media["image/heic"];

const original = ({ media, width, height, blob }: Stripped): Coded => ({
  role: role.original,
  media,
  width,
  height,
  blob,
});

/** A worker whose script does not come: the file is gone since an update, or the server is. */
async function whyMissing(name: string): Promise<FaultCode> {
  try {
    const { ok } = await fetch(asset(name).href, { method: "HEAD", credentials: "omit" });
    return ok ? "away" : "updated";
  } catch {
    return "away";
  }
}

/** Where a module lies. */
function listed(name: string): Listed {
  if (typeof WebAssembly !== "object") throw new Fault("no-wasm");
  try {
    const { href, integrity } = asset(name);
    return { href, integrity };
  } catch (thrown) {
    throw new Fault(thrown instanceof UpdatedError ? "updated" : "away");
  }
}
