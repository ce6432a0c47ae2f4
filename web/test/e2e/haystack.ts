// Searching everything that a server has: in clear, in hexadecimal, in base64 at any alignment, in UTF-16, and inside gzip.
import fs from "node:fs";
import path from "node:path";
import zlib from "node:zlib";

export interface Needle {
  readonly name: string;
  readonly bytes: Buffer;
}

export interface Find {
  readonly needle: string;
  readonly form: string;
  readonly where: string;
}

export interface Hay {
  readonly where: string;
  readonly bytes: Buffer;
}

export const text = (name: string, value: string): Needle => ({ name, bytes: Buffer.from(value, "utf8") });

/** Every file below dir, journals and temporary files included. */
export function files(dir: string): Hay[] {
  return fs
    .readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .map((file) => ({ where: path.relative(dir, file), bytes: fs.readFileSync(file) }));
}

/** The forms in which bytes may stand somewhere. Short needles are not looked for in base64, where they would meet chance. */
function forms({ bytes }: Needle): [string, Buffer][] {
  const all: [string, Buffer][] = [
    ["clear", bytes],
    ["hex", Buffer.from(bytes.toString("hex"))],
    ["HEX", Buffer.from(bytes.toString("hex").toUpperCase())],
    ["percent", Buffer.from(encodeURIComponent(bytes.toString("latin1")))],
    ["utf-16", Buffer.from(bytes.toString("utf8"), "utf16le")],
  ];
  for (let shift = 0; shift < 3 && bytes.length >= 8; shift++) {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const inner = encoded.slice(shift === 0 ? 0 : 4, encoded.length - (encoded.length % 4 === 0 ? 0 : 2));
    all.push(
      [`base64+${shift}`, Buffer.from(inner)],
      [`base64url+${shift}`, Buffer.from(inner.replaceAll("+", "-").replaceAll("/", "_"))],
    );
  }
  return all;
}

/** What gzip or zlib streams in bytes unpack to. */
function unpacked(bytes: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (
    let at = bytes.indexOf("1f8b08", 0, "hex");
    at >= 0 && found.length < 500;
    at = bytes.indexOf("1f8b08", at + 1, "hex")
  ) {
    try {
      found.push(
        zlib.gunzipSync(bytes.subarray(at), { finishFlush: zlib.constants.Z_SYNC_FLUSH, maxOutputLength: 1 << 26 }),
      );
    } catch {
      // Three bytes that look like the beginning of a stream, by chance.
    }
  }
  return found;
}

export function search(needles: readonly Needle[], hay: readonly Hay[]): Find[] {
  const sought = needles.flatMap((needle) =>
    forms(needle).map(([form, bytes]) => ({ needle: needle.name, form, bytes })),
  );
  const finds: Find[] = [];
  for (const { where, bytes } of hay)
    for (const [layer, content] of [["", bytes] as const, ...unpacked(bytes).map((u) => ["gzip/", u] as const)])
      for (const { needle, form, bytes: wanted } of sought)
        if (content.includes(wanted)) finds.push({ needle, form: layer + form, where });
  return finds;
}
