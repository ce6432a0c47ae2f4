// A picture with transparency, no two pixels beside each other alike: a PNG, made here.
import zlib from "node:zlib";

/** Soft colours with a hole in the middle; if asked for, seen through more and more from left to right. */
export function glass(width: number, height: number, fades: boolean): Buffer {
  const rows = Buffer.alloc(height * (1 + 4 * width));
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [u, v, grain] = [x / width, y / height, (x * 7 + y * 13) % 3];
      const alpha = Math.hypot(u - 0.5, v - 0.5) < 0.2 ? 0 : fades ? 255 - 200 * u : 255;
      const colour = [60 + 180 * v, 200 - 150 * u + grain, 90 + 100 * Math.sin(6 * u) ** 2, alpha];
      rows.set(colour.map(Math.round), y * (1 + 4 * width) + 1 + 4 * x);
    }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 6, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const parts = [chunk("IHDR", head), chunk("IDAT", zlib.deflateSync(rows)), chunk("IEND", Buffer.alloc(0))];
  return Buffer.concat([signature, ...parts]);
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const [size, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  size.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc(body));
  return Buffer.concat([size, body, sum]);
}

function crc(data: Buffer): number {
  let c = 0xffffffff;
  for (const byte of data) {
    c ^= byte;
    for (let i = 0; i < 8; i++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  }
  return (c ^ 0xffffffff) >>> 0;
}
