// The closed list of media types, and how their bytes begin. No SVG, no HTML: nothing here can hold a script.

export const medias = ["jpeg", "png", "webp", "avif", "gif", "heic", "jxl"] as const;
export type Media = (typeof medias)[number];

/** The name after image/. */
export const mimeOf = (m: Media): string => `image/${m}`;

export const extensionOf = (m: Media): string => (m === "jpeg" ? "jpg" : m);

/** What browsers of today show in an img; whether this one does, only decoding tells. */
export const isShown = (m: Media): boolean => m !== "heic" && m !== "jxl";

const starts = (b: Uint8Array, at: number, s: string): boolean => {
  for (let i = 0; i < s.length; i++) if (b[at + i] !== s.charCodeAt(i)) return false;
  return true;
};

/** The type that the first bytes show, or undefined. */
export function sniff(b: Uint8Array): Media | undefined {
  if (starts(b, 0, "\xff\xd8\xff")) return "jpeg";
  if (starts(b, 0, "\x89PNG\r\n\x1a\n")) return "png";
  if (starts(b, 0, "RIFF") && starts(b, 8, "WEBP")) return "webp";
  if (starts(b, 0, "GIF87a") || starts(b, 0, "GIF89a")) return "gif";
  if (starts(b, 0, "\xff\x0a") || starts(b, 0, "\0\0\0\x0cJXL \r\n\x87\n")) return "jxl";
  if (starts(b, 4, "ftyp")) return sniffBrand(b);
  return undefined;
}

function sniffBrand(b: Uint8Array): Media | undefined {
  const size = Math.min(((b[0] ?? 0) << 24) | ((b[1] ?? 0) << 16) | ((b[2] ?? 0) << 8) | (b[3] ?? 0), 512, b.length);
  for (let at = 8; at + 4 <= size; at += at === 8 ? 8 : 4) {
    if (starts(b, at, "avif") || starts(b, at, "avis")) return "avif";
    for (const brand of ["heic", "heix", "heim", "heis", "hevc", "hevx"]) if (starts(b, at, brand)) return "heic";
  }
  return undefined;
}
