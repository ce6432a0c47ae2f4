// Saving a photo on the device. A Blob and a link do it everywhere; above what a phone's memory bears twice, the file is
// written as it is picked, where the browser can.
import type { Bytes } from "../format/bytes.ts";
import { type Media, mimeOf } from "../format/media.ts";

/** From this size on the save picker is asked first, where there is one. */
export const pickFrom = 64 * 2 ** 20;

/** The photo could not be written. */
export class DiskError extends Error {
  override name = "DiskError";
}

type Writable = { write(b: Bytes): Promise<void>; close(): Promise<void>; abort(): Promise<void> };
type Picked = { createWritable(): Promise<Writable> };
type PickerWindow = { showSaveFilePicker?: (o: { suggestedName: string }) => Promise<Picked> };

export type Target = (bytes: Bytes) => Promise<void>;

/** Asks where to save. Call it from the press itself. Undefined when the person changed their mind. */
export async function chooseTarget(name: string, media: Media, size: number): Promise<Target | undefined> {
  const pick = size >= pickFrom ? (window as PickerWindow).showSaveFilePicker : undefined;
  const inMemory: Target = async (bytes) => saveBlob(name, new Blob([bytes], { type: mimeOf(media) }));
  if (!pick) return inMemory;
  try {
    const picked = await pick.call(window, { suggestedName: name });
    return (bytes) => write(picked, bytes);
  } catch (error) {
    if ((error as Error | null)?.name === "AbortError") return undefined;
    return inMemory;
  }
}

async function write(picked: Picked, bytes: Bytes): Promise<void> {
  let file: Writable | undefined;
  try {
    file = await picked.createWritable();
    await file.write(bytes);
    await file.close();
  } catch {
    await file?.abort().catch(() => {});
    throw new DiskError("not written");
  }
}

export function saveBlob(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
  // The browser reads the Blob after the click has returned; how long after, it does not say.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
