// A tile set on its way between the workers: its tiles one behind the other, and how long each is.
import { mediaOf } from "./photo.ts";
import type { Coded, Spec } from "./protocol.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What tiles make together; undefined without any. */
export function setOf({ role, width, height }: Spec, blobs: readonly Blob[] | undefined): Coded | undefined {
  const kind = mediaOf(blobs?.[0]?.type ?? "");
  if (!blobs || !kind) return undefined;
  return { role, media: kind, width, height, blob: new Blob([...blobs]), tiles: blobs.map(({ size }) => size) };
}

/** The bytes of a variant; of a tile set those of each tile. */
export async function piecesOf({ blob, tiles }: Coded): Promise<Bytes | Bytes[]> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let end = 0;
  return (
    tiles?.map((size) => {
      end += size;
      return bytes.subarray(end - size, end);
    }) ?? bytes
  );
}
