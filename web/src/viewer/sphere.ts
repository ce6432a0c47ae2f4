// Looking around in a panorama, as numbers: where somebody looks, how far they may, and what the pixel there shows. No DOM.
import type { Pose } from "../format/manifest.ts";

/** Degrees. yaw: clockwise from the middle of the sphere. pitch: above the horizon. fov: what the longer side shows. */
export interface Look {
  readonly yaw: number;
  readonly pitch: number;
  readonly fov: number;
}

/** Three columns, as WebGL wants them. */
export type Matrix = readonly number[];

const first = 90;
const widest = 110;
const narrowest = 15;

const radians = (degrees: number) => (degrees * Math.PI) / 180;
const degrees = (rad: number) => (rad * 180) / Math.PI;
const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high);
/** Kept between two ends, or in the middle where they have crossed. */
const between = (value: number, low: number, high: number) => (low > high ? (low + high) / 2 : clamp(value, low, high));

/** The angles of a pose in degrees, levels as such. */
export interface Lie {
  readonly west: number;
  readonly east: number;
  readonly top: number;
  readonly bottom: number;
  readonly pitch: number;
  readonly roll: number;
  readonly round: boolean;
}

export function lieOf(p: Pose): Lie {
  const west = p.left / 100 - 180;
  const top = 90 - p.top / 100;
  return {
    west,
    east: west + p.across / 100,
    top,
    bottom: top - p.down / 100,
    pitch: p.pitch / 100 - 90,
    roll: p.roll / 100,
    round: p.across === 36_000,
  };
}

/** Where to look first: where the sender's file says, or the middle of what there is. */
export function firstLook(p: Pose): Look {
  const { west, east, top, bottom, round } = lieOf(p);
  const yaw = p.heading / 100;
  const pitch = p.tilt / 100 - 90;
  const middle = round || (turned(yaw) >= west && turned(yaw) <= east) ? yaw : (west + east) / 2;
  return { yaw: middle, pitch: clamp(pitch, bottom, top), fov: first };
}

/** An angle from −180 to 180. */
export const turned = (yaw: number): number => ((((yaw + 180) % 360) + 360) % 360) - 180;

/** How many radians a pixel shows in the middle, half of the picture's longer side being so many pixels. */
export const pixelAngle = (fov: number, longer: number): number => Math.tan(radians(fov) / 2) / (longer / 2);

/** Half of what a side of so many pixels shows, in degrees. */
const half = (fov: number, side: number, longer: number) => degrees(Math.atan((pixelAngle(fov, longer) * side) / 2));

/** A look that shows as little as can be of what the picture does not cover. */
export function limited(look: Look, lie: Lie, width: number, height: number): Look {
  const longer = Math.max(width, height);
  if (longer < 1) return look; // nobody sees it
  let fov = clamp(look.fov, narrowest, widest);
  // What a side shows grows with the angle of the longer one: a few steps down find the one that fits.
  const fits = (f: number) =>
    (lie.round || 2 * half(f, width, longer) <= lie.east - lie.west) &&
    2 * half(f, height, longer) <= Math.max(lie.top - lie.bottom, 1);
  while (fov > narrowest && !fits(fov)) fov -= 1;
  const [across, down] = [half(fov, width, longer), half(fov, height, longer)];
  const pitch = between(look.pitch, lie.bottom <= -90 ? -90 : lie.bottom + down, lie.top >= 90 ? 90 : lie.top - down);
  const yaw = lie.round ? turned(look.yaw) : between(turned(look.yaw), lie.west + across, lie.east - across);
  return { yaw, pitch, fov };
}

/** Where one looks after the picture was dragged by so many pixels: what was under the finger stays there. */
export function dragged(look: Look, dx: number, dy: number, longer: number): Look {
  const angle = degrees(pixelAngle(look.fov, longer));
  // Near the poles a step to the side is a larger turn.
  const wider = 1 / Math.max(Math.cos(radians(look.pitch)), 0.3);
  return { ...look, yaw: look.yaw - dx * angle * wider, pitch: look.pitch + dy * angle };
}

const multiply = (a: Matrix, b: Matrix): Matrix =>
  [0, 1, 2].flatMap((column) =>
    [0, 1, 2].map((row) => [0, 1, 2].reduce((sum, k) => sum + (a[3 * k + row] ?? 0) * (b[3 * column + k] ?? 0), 0)),
  );

function about(axis: "x" | "y" | "z", angle: number): Matrix {
  const [c, s] = [Math.cos(radians(angle)), Math.sin(radians(angle))];
  if (axis === "x") return [1, 0, 0, 0, c, s, 0, -s, c];
  if (axis === "y") return [c, 0, -s, 0, 1, 0, s, 0, c];
  return [c, s, 0, -s, c, 0, 0, 0, 1];
}

/**
 * Turns a direction on the screen (x to the right, y up, −z ahead) into one in the picture: up and round by the look, then
 * back by how the camera was held. FORMAT.md, "Panoramas".
 */
export function intoPicture({ yaw, pitch }: Pick<Look, "yaw" | "pitch">, lie: Lie): Matrix {
  const look = multiply(about("y", -yaw), about("x", pitch));
  const level = multiply(about("z", lie.roll), about("x", -lie.pitch));
  return multiply(level, look);
}

/** Longitude and latitude, in degrees, of what a direction on the screen shows. The shader does the same. */
export function shownAt(matrix: Matrix, x: number, y: number, z: number): readonly [number, number] {
  const [a, b, c] = [0, 1, 2].map(
    (row) => (matrix[row] ?? 0) * x + (matrix[3 + row] ?? 0) * y + (matrix[6 + row] ?? 0) * z,
  ) as [number, number, number];
  return [degrees(Math.atan2(a, -c)), degrees(Math.asin(clamp(b / Math.hypot(a, b, c), -1, 1)))];
}

/** How far apart two directions are, in degrees. */
export function apart(yaw1: number, pitch1: number, yaw2: number, pitch2: number): number {
  const [a, b] = [radians(pitch1), radians(pitch2)];
  const cos = Math.sin(a) * Math.sin(b) + Math.cos(a) * Math.cos(b) * Math.cos(radians(yaw1 - yaw2));
  return degrees(Math.acos(clamp(cos, -1, 1)));
}
