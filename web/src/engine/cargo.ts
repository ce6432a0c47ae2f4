// What is handed over with a message instead of being copied: the bytes of a result, pixels, and pictures.

/** The buffers of a value, of what it lists and of what it holds, so deep. Whoever sends them has them no more. */
export function cargo(value: unknown, depth: number): Transferable[] {
  const found = new Set<Transferable>();
  const look = (part: unknown, left: number): void => {
    if (part instanceof Uint8Array || part instanceof Uint8ClampedArray) found.add(part.buffer as ArrayBuffer);
    else if (typeof ImageBitmap !== "undefined" && part instanceof ImageBitmap) found.add(part);
    else if (left > 0 && typeof part === "object" && part !== null && isPlain(part))
      for (const inner of Object.values(part)) look(inner, left - 1);
  };
  look(value, depth);
  return [...found];
}

function isPlain(part: object): boolean {
  const kind = Object.getPrototypeOf(part);
  return kind === Object.prototype || kind === Array.prototype;
}
