// A strip worker: the engine takes the metadata out of one photo after the other. It never sees a secret.
import { Fault } from "./fault.ts";
import { GoEngine } from "./go.ts";
import type { Finding } from "./photo.ts";
import type { About, Inspected, Pixels, StripCalls, Stripped, Worked } from "./protocol.ts";
import { serve } from "./worker.ts";

type Bytes = Uint8Array<ArrayBuffer>;

let engine: Promise<GoEngine> | undefined;

/** What the bridge answers: JSON, and beside it what is not text. */
interface Told {
  readonly report: string;
  readonly pictures: readonly (Bytes | undefined)[];
  readonly bytes: Bytes;
}

function aboutOf<Kind extends About>({ report, pictures }: Told): Kind {
  const about = JSON.parse(report) as Kind;
  const findings = about.findings.map((finding, i): Finding => {
    const picture = pictures[i];
    return picture ? { ...finding, picture } : finding;
  });
  return { ...about, findings };
}

const strippedOf = (told: Told): Stripped => ({
  ...aboutOf<Stripped>(told),
  blob: new Blob([told.bytes]),
});

interface Raw {
  readonly data: Bytes;
  readonly width: number;
  readonly height: number;
  readonly asSRGB?: boolean;
}

const pixelsOf = ({ data, width, height, asSRGB = false }: Raw): Pixels => ({
  data: new Uint8ClampedArray(data.buffer),
  width,
  height,
  space: "srgb",
  asSRGB,
});

/** Calls the engine and says how much memory it has afterwards. */
async function work<Answer, Value>(turn: (answer: Answer) => Value, call: string, ...args: unknown[]) {
  if (!engine) throw new Fault("internal");
  const go = await engine;
  const value = turn((await go.call(call, ...args)) as Answer);
  return { value, memory: go.memory } satisfies Worked<Value>;
}

const bytesOf = async (blob: Blob): Promise<Bytes> => new Uint8Array(await blob.arrayBuffer());
const rgba = ({ data }: Pixels): Bytes => new Uint8Array(data.buffer);

let sample: Promise<Blob> | undefined;

/** A JPEG to practise on. */
async function practice(): Promise<Blob> {
  const area = new OffscreenCanvas(512, 384);
  const context = area.getContext("2d");
  for (let i = 0; i < 768; i++) {
    if (context) context.fillStyle = `rgb(${(i * 37) % 256} ${(i * 91) % 256} ${(i * 53) % 256})`;
    context?.fillRect(16 * (i % 32), 16 * (i >> 5), 12 + (i % 7), 9 + (i % 5));
  }
  return area.convertToBlob({ type: "image/jpeg", quality: 0.95 });
}

async function warm(step: number): Promise<Worked<void>> {
  if (step % 2 === 0 || typeof OffscreenCanvas === "undefined") return work(() => undefined, "warm");
  sample ??= practice();
  return work(() => undefined, "strip", await bytesOf(await sample));
}

serve<StripCalls>({
  start(module) {
    engine = GoEngine.start(module);
    engine.catch(() => undefined); // whoever calls hears of it
  },
  warm,
  inspect: async (photo) => work(aboutOf<Inspected>, "inspect", await bytesOf(photo)),
  strip: async (photo) => work(strippedOf, "strip", await bytesOf(photo)),
  fromPixels: (pixels) => work(strippedOf, "fromPixels", rgba(pixels), pixels.width, pixels.height),
  decode: async (photo) => work(pixelsOf, "decode", await bytesOf(photo)),
  mux: ({ color, alpha }, width, height) =>
    work((file: Bytes) => new Blob([file], { type: "image/avif" }), "mux", color, width, height, alpha),
  toSRGB: async (pixels, photo) =>
    work(pixelsOf, "toSRGB", rgba(pixels), pixels.width, pixels.height, await bytesOf(photo)),
  scale: (pixels, width, height) => work(pixelsOf, "scale", rgba(pixels), pixels.width, pixels.height, width, height),
});
