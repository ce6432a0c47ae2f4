// A PNG that moves: two frames of one colour each, or a still one of the same size.
import { crc32, deflateSync } from "node:zlib";

function chunk(name: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(name), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

const words = (...values: number[]): Buffer => {
  const out = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) out.writeUInt32BE(value, 4 * i);
  return out;
};

/** Rows of one colour, with a little noise so that it weighs something. */
function pixels(width: number, height: number, [r, g, b]: readonly [number, number, number]): Buffer {
  const rows = Buffer.alloc(height * (1 + 3 * width));
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const noise = ((x * 7919 + y * 104_729) ^ (x * y * 31)) & 7;
      rows.set([Math.max(0, r - noise), g, b], y * (1 + 3 * width) + 1 + 3 * x);
    }
  return deflateSync(rows);
}

const control = (n: number, width: number, height: number): Buffer =>
  chunk("fcTL", Buffer.concat([words(n, width, height, 0, 0), Buffer.from([0, 1, 0, 2, 0, 0])]));

export function png(moves: boolean, width = 640, height = 480): Buffer {
  const head = Buffer.concat([words(width, height), Buffer.from([8, 2, 0, 0, 0])]);
  const [red, blue] = [pixels(width, height, [255, 0, 0]), pixels(width, height, [0, 0, 255])];
  const second = chunk("fdAT", Buffer.concat([words(2), blue]));
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", head),
    ...(moves ? [chunk("acTL", words(2, 0)), control(0, width, height)] : []),
    chunk("IDAT", red),
    ...(moves ? [control(1, width, height), second] : []),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}
