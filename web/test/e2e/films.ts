// Pictures that move, of two frames, red and blue, half a second each: WebP, and AVIF as other programs write it.

const word = (...values: number[]): Buffer => {
  const out = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) out.writeUInt32BE(value, 4 * i);
  return out;
};

const text = (s: string): Buffer => Buffer.from(s, "latin1");

type Colour = readonly [red: number, green: number, blue: number];
const red: Colour = [255, 0, 0];
const blue: Colour = [0, 0, 255];

/** Little-endian numbers of so many bits each, one behind the other. */
function packed(...numbers: (readonly [value: number, bits: number])[]): Buffer {
  const bits = numbers.flatMap(([value, count]) => Array.from({ length: count }, (_, i) => (value >> i) & 1));
  const out = Buffer.alloc(Math.ceil(bits.length / 8));
  for (const [i, bit] of bits.entries()) out[i >> 3] = (out[i >> 3] ?? 0) | (bit << (i & 7));
  return out;
}

function chunk(name: string, ...parts: Uint8Array[]): Buffer {
  const data = Buffer.concat(parts);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(data.length);
  return Buffer.concat([text(name), size, data, Buffer.alloc(data.length & 1)]);
}

/** One colour without loss: five codes of one symbol each, so that pixels take no bits. */
function lossless(width: number, height: number, [r, g, b]: Colour): Buffer {
  const of = (symbol: number) => [[1, 1] as const, [0, 1] as const, [1, 1] as const, [symbol, 8] as const];
  const size = [[width - 1, 14] as const, [height - 1, 14] as const, [0, 1] as const, [0, 3] as const];
  const none = [[0, 1] as const, [0, 1] as const, [0, 1] as const];
  return chunk("VP8L", packed([0x2f, 8], ...size, ...none, ...[g, r, b, 255, 0].flatMap(of)));
}

/** With one frame it does not move. */
export function webp(moves: boolean, width = 120, height = 80): Buffer {
  const size = [[width - 1, 24] as const, [height - 1, 24] as const];
  const frame = (colour: Colour) =>
    chunk("ANMF", packed([0, 24], [0, 24], ...size, [500, 24], [2, 8]), lossless(width, height, colour));
  const film = [chunk("ANIM", packed([0, 16], [0, 16], [0, 16])), frame(red), frame(blue)];
  const parts = moves ? film : [lossless(width, height, red)];
  return chunk("RIFF", text("WEBP"), chunk("VP8X", packed([moves ? 2 : 0, 8], [0, 24], ...size)), ...parts);
}

const box = (name: string, ...parts: Uint8Array[]): Buffer => {
  const data = Buffer.concat(parts);
  return Buffer.concat([word(data.length + 8), text(name), data]);
};

const full = (name: string, flags: number, ...parts: Uint8Array[]): Buffer => box(name, word(flags), ...parts);
const short = (...values: number[]): Buffer => Buffer.from(values.flatMap((v) => [v >> 8, v & 255]));
const unity = word(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);

/** 120 × 80, a key frame each, as libaom codes them. */
const frames = [
  "12000a091819bbcf6080868342321b11900186186100b483ea21482341a9ef0d03b1a04ee63ce3bbeab8",
  "12000a091819bbcf6080868342321b11900186186100b483e9d3a10c87777e04732f3561f87cc74a63f0",
].map((hex) => Buffer.from(hex, "hex"));
const [width, height] = [120, 80];
const decoder = box("av1C", Buffer.from("81000c00", "hex"));
const colours = box("colr", text("nclx"), Buffer.from("0001000d000680", "hex"));

/** What a viewer shows that plays no films, and the first frame at that. */
function still(at: number): Buffer {
  const properties = [
    full("ispe", 0, word(width, height)),
    full("pixi", 0, Buffer.from([3, 8, 8, 8])),
    decoder,
    colours,
  ];
  const uses = Buffer.from([0, 0, 0, 1, 0, 1, 4, 1, 2, 0x83, 4]);
  return full(
    "meta",
    0,
    full("hdlr", 0, word(0), text("pict"), word(0, 0, 0), Buffer.alloc(1)),
    full("pitm", 0, short(1)),
    full("iloc", 0, Buffer.from([0x44, 0]), short(1, 1, 0, 1), word(at, frames[0]?.length ?? 0)),
    full("iinf", 0, short(1), full("infe", 0x2000000, short(1, 0), text("av01"), Buffer.alloc(1))),
    box("iprp", box("ipco", ...properties), full("ipma", 0, uses)),
  );
}

function film(at: number): Buffer {
  const entry = box(
    "av01",
    Buffer.concat([word(0), short(0, 1), word(0, 0, 0, 0), short(width, height), word(0x480000, 0x480000, 0)]),
    Buffer.concat([short(1), Buffer.alloc(32), short(24, 0xffff)]),
    decoder,
    colours,
  );
  const samples = box(
    "stbl",
    full("stsd", 0, word(1), entry),
    full("stts", 0, word(1, frames.length, 1)),
    full("stsc", 0, word(1, 1, frames.length, 1)),
    full("stsz", 0, word(0, frames.length, ...frames.map((f) => f.length))),
    full("stco", 0, word(1, at)),
  );
  const link = box("dinf", full("dref", 0, word(1), full("url ", 1)));
  const media = box(
    "mdia",
    full("mdhd", 0, word(0, 0, 2, frames.length), short(0x55c4, 0)),
    full("hdlr", 0, word(0), text("pict"), word(0, 0, 0), Buffer.alloc(1)),
    box("minf", full("vmhd", 1, short(0, 0, 0, 0)), link, samples),
  );
  const head = full("tkhd", 3, word(0, 0, 1, 0, frames.length, 0, 0, 0, 0), unity, word(width << 16, height << 16));
  const movie = full(
    "mvhd",
    0,
    word(0, 0, 2, frames.length, 0x10000),
    short(0x100, 0),
    word(0, 0),
    unity,
    Buffer.alloc(24),
    word(2),
  );
  return box("moov", movie, box("trak", head, media));
}

/** With films alone it is one; a still AVIF has no second frame. */
export function avif(moves: boolean): Buffer {
  const brands = moves ? ["avis", "avif", "msf1", "iso8", "mif1", "miaf"] : ["avif", "mif1", "miaf"];
  const [major = "", ...others] = brands;
  const type = box("ftyp", text(major), word(0), text(major), ...others.map(text));
  const before = (at: number) => [type, still(at), ...(moves ? [film(at)] : [])];
  const at = Buffer.concat(before(0)).length + 8;
  return Buffer.concat([...before(at), box("mdat", ...frames)]);
}
