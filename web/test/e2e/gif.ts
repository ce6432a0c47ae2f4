// A GIF of two frames, red and blue, half a second each.

/** Codes of three bits, each two pixels begun anew, so that no code gets longer. */
function packed(pixels: number, colour: number): readonly number[] {
  const codes: number[] = [];
  for (let i = 0; i < pixels; i++) codes.push(...(i % 2 === 0 ? [4, colour] : [colour]));
  codes.push(5);
  const bytes: number[] = [];
  let [held, bits] = [0, 0];
  for (const code of codes) {
    held |= code << bits;
    for (bits += 3; bits >= 8; bits -= 8) {
      bytes.push(held & 255);
      held >>= 8;
    }
  }
  if (bits > 0) bytes.push(held);
  const blocks: number[] = [2];
  for (let at = 0; at < bytes.length; at += 255) {
    const block = bytes.slice(at, at + 255);
    blocks.push(block.length, ...block);
  }
  return [...blocks, 0];
}

export function movingGif(width = 120, height = 80): Buffer {
  const size = [width & 255, width >> 8, height & 255, height >> 8];
  const frame = (colour: number) => [
    ...[0x21, 0xf9, 4, 0, 50, 0, 0, 0],
    ...[0x2c, 0, 0, 0, 0, ...size, 0],
    ...packed(width * height, colour),
  ];
  const loop = [0x21, 0xff, 11, ...Buffer.from("NETSCAPE2.0"), 3, 1, 0, 0, 0];
  const colours = [255, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0];
  return Buffer.from([
    ...Buffer.from("GIF89a"),
    ...size,
    0x91,
    0,
    0,
    ...colours,
    ...loop,
    ...frame(0),
    ...frame(1),
    0x3b,
  ]);
}
