// Whether a picture moves, told from its bytes: more than one frame in a GIF, a WebP, a PNG or an AVIF. Never trusted further
// than to offer a button.
import type { Bytes } from "../format/bytes.ts";
import type { Media } from "../format/media.ts";

const ascii = (b: Bytes, at: number, s: string): boolean => [...s].every((c, i) => b[at + i] === c.charCodeAt(0));

export function moves(b: Bytes, media: Media): boolean {
  switch (media) {
    case "gif":
      return gifFrames(b) > 1;
    case "webp":
      return ascii(b, 12, "VP8X") && ((b[20] ?? 0) & 2) !== 0;
    case "png":
      return hasAnimationControl(b);
    case "avif":
      return ascii(b, 4, "ftypavis");
    default:
      return false;
  }
}

/** acTL stands before the first IDAT, with two frames or more. */
function hasAnimationControl(b: Bytes): boolean {
  const view = new DataView(b.buffer, b.byteOffset, b.byteLength);
  for (let at = 8; at + 12 <= b.length; at += 12 + view.getUint32(at)) {
    if (ascii(b, at + 4, "IDAT")) return false;
    if (ascii(b, at + 4, "acTL")) return at + 16 <= b.length && view.getUint32(at + 8) > 1;
  }
  return false;
}

/** Frames of a GIF, counted up to two. */
function gifFrames(b: Bytes): number {
  const table = (flags: number) => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  let at = 13 + table(b[10] ?? 0);
  let frames = 0;
  while (at < b.length && frames < 2) {
    const kind = b[at];
    if (kind === 0x2c) {
      frames++;
      at += 11 + table(b[at + 9] ?? 0);
    } else if (kind === 0x21) at += 2;
    else break;
    for (let size = b[at] ?? 0; size > 0 && at < b.length; size = b[at] ?? 0) at += 1 + size;
    at++;
  }
  return frames;
}
