// Tiles of a large photo, for who looks closely. Runs in the codec workers. The photo is decoded once, and is the one
// large picture in memory: tiles are cut from it and coded, a few at a time.
import { type Placed, tileCount, tilePlace } from "../format/tile.ts";
import { canvas, close, decode, imageOf } from "./canvas.ts";
import { ready } from "./coding.ts";
import { media } from "./photo.ts";
import type { Coded, Frame, Source, Spec } from "./protocol.ts";
import { setOf } from "./tile-blobs.ts";

type Context = OffscreenCanvasRenderingContext2D;

/** A decoded photo to cut from. */
interface Sheet {
  readonly width: number;
  readonly height: number;
  cut(into: Context, from: Placed): void;
  close(): void;
}

async function sheetOf(source: Source, frame: Frame): Promise<Sheet> {
  if (!(source instanceof Blob)) {
    const image = imageOf(source); // no second copy of it as a bitmap
    const cut = (into: Context, { x, y, width, height }: Placed) =>
      into.putImageData(image, -x, -y, x, y, width, height);
    return { width: image.width, height: image.height, cut, close: () => undefined };
  }
  const image = await decode(source, frame, Number.POSITIVE_INFINITY, false);
  const cut = (into: Context, { x, y, width, height }: Placed) =>
    into.drawImage(image, x, y, width, height, 0, 0, width, height);
  return { width: image.width, height: image.height, cut, close: () => close(image) };
}

/** Tiles that are coded at once: some browsers do it on as many threads. Four megabytes each. */
const lanes = 4;

/** A set as client/variant plans it; undefined where this browser writes no format that holds the photo. */
export async function tiles(source: Source, spec: Spec, frame: Frame): Promise<Coded | undefined> {
  await ready();
  const sheet = await sheetOf(source, frame);
  try {
    if (sheet.width !== spec.width || sheet.height !== spec.height) return undefined;
    const blobs = await all(sheet, spec, frame, "image/webp");
    // JPEG holds no transparency, and of JPEGs alone it is certain that they have none.
    const opaque = frame.media === media["image/jpeg"];
    return setOf(spec, blobs ?? (opaque ? await all(sheet, spec, frame, "image/jpeg") : undefined));
  } finally {
    sheet.close();
  }
}

/** Codes every tile; undefined where this browser does not write the type. */
async function all(sheet: Sheet, spec: Spec, { wide }: Frame, type: string): Promise<readonly Blob[] | undefined> {
  const blobs: Blob[] = [];
  const count = tileCount(sheet);
  let next = 0;
  let written = true;
  const lane = async () => {
    const [area, context] = canvas(1, 1, wide);
    while (next < count && written) {
      const i = next++;
      const place = tilePlace(sheet, i);
      area.width = place.width; // which clears it
      area.height = place.height;
      sheet.cut(context, place);
      const blob = await area.convertToBlob({ type, quality: spec.quality / 100 });
      written &&= blob.type === type;
      blobs[i] = blob;
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, count) }, lane));
  return written ? blobs : undefined;
}
