// The photos of the tests: made by client/strip/striptest, once, into the temporary folder. See its README for what is planted.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const root = path.resolve(path.dirname(new URL(import.meta.url).pathname), "../../..");

/** Words planted in the metadata of every photo. */
export const planted = {
  owner: "PLANTED-OWNER-Amelia-Quist",
  comment: "PLANTED-COMMENT-7f3a",
  serial: "PLANTED-SERIAL-31337",
  editor: "PLANTED-EDITOR-Darkroom",
  latitude: "52.3702",
  longitude: "4.8952",
} as const;

export type PhotoName =
  | "camera"
  | "portrait"
  | "screenshot"
  | "heavy"
  | "huge"
  | "telling"
  | "turned"
  | "phone"
  | "phoneInside"
  | "sphere"
  | "sphereOfTiles"
  | "unsaid"
  | "wide"
  | "vivid"
  | "vividScreen"
  | "vividPhone"
  | "softPhone";

const kinds: Record<
  PhotoName,
  {
    kind: "camera" | "screenshot" | "heic" | "heic-soft" | "heic-inside" | "sphere";
    width: number;
    height: number;
    orientation?: number;
    quality?: number;
    more?: readonly string[];
  }
> = {
  telling: {
    kind: "camera",
    width: 1500,
    height: 1000,
    more: [
      "-serial",
      planted.serial,
      "-makernote",
      "focus on the left",
      "-xmp",
      planted.editor,
      "-profile",
      "DELL U2720Q",
    ],
  },
  camera: { kind: "camera", width: 2400, height: 1600 },
  portrait: { kind: "camera", width: 1600, height: 1200, orientation: 6 },
  screenshot: { kind: "screenshot", width: 1280, height: 800 },
  wide: {
    kind: "camera",
    width: 6100,
    height: 4000,
    orientation: 6,
    quality: 85,
    more: ["-profile", "A wide screen", "-wide"],
  },
  // In Display P3.
  vivid: { kind: "camera", width: 1600, height: 1200, more: ["-profile", "A wide screen", "-wide"] },
  vividScreen: { kind: "screenshot", width: 1280, height: 800, more: ["-profile", "A wide screen", "-wide"] },
  vividPhone: { kind: "heic-soft", width: 64, height: 40, more: ["-profile", "A wide screen", "-wide"] },
  softPhone: { kind: "heic-soft", width: 64, height: 40 },
  huge: { kind: "camera", width: 8000, height: 6000 },
  turned: { kind: "camera", width: 2800, height: 1900 },
  sphere: { kind: "sphere", width: 4096, height: 2048, more: ["-panorama"] },
  sphereOfTiles: { kind: "sphere", width: 7168, height: 3584, quality: 70, more: ["-panorama"] },
  /** The same picture, in a file that does not say what it is. */
  unsaid: { kind: "sphere", width: 4096, height: 2048 },
  phone: { kind: "heic", width: 64, height: 40 },
  phoneInside: { kind: "heic-inside", width: 100, height: 64 },
  heavy: { kind: "camera", width: 4000, height: 3000, quality: 96 },
};

const extensions = {
  camera: "jpg",
  sphere: "jpg",
  screenshot: "png",
  heic: "heic",
  "heic-soft": "heic",
  "heic-inside": "heic",
} as const;

/** The path of a photo by name; seed makes another one of the same kind, and turn gives it an orientation of EXIF. */
export function photo(name: PhotoName, seed = 1, turn?: number): string {
  const dir = path.join(os.tmpdir(), "safelight-photos");
  const { kind, width, height, orientation = turn ?? 1, quality = 90, more = [] } = kinds[name];
  const file = path.join(dir, `planted-name-${name}-${seed}-${orientation}.${extensions[kind]}`);
  if (fs.existsSync(file)) return file;
  fs.mkdirSync(dir, { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  execFileSync(
    "go",
    [
      "run",
      "./client/strip/striptest/makephoto",
      "-kind",
      kind,
      "-width",
      `${width}`,
      "-height",
      `${height}`,
      "-quality",
      `${quality}`,
      "-orientation",
      `${orientation}`,
      "-seed",
      `${seed}`,
      "-owner",
      planted.owner,
      "-comment",
      planted.comment,
      "-gps",
      `${planted.latitude},${planted.longitude}`,
      ...more,
      unfinished,
    ],
    { cwd: root, stdio: "inherit" },
  );
  fs.renameSync(unfinished, file);
  return file;
}

/** The same file with a name for its colour profile that nobody looks for. */
export function withoutProfile(file: string): string {
  const bytes = fs.readFileSync(file);
  for (const name of ["ICC_PROFILE", "iCCP"]) {
    const at = bytes.indexOf(name);
    if (at < 0) continue;
    // A PNG's chunk has a check sum over its name: ancillary ones that are wrong are left out.
    bytes.write(name === "iCCP" ? "zzZz" : "NO_PROFILE!", at, "latin1");
  }
  const other = file.replace("planted-name-", "planted-name-plain-");
  fs.writeFileSync(other, bytes);
  return other;
}
