// How pictures are shown that this browser cannot decode, such as the HEIC thumbnails in HEIC photos: by the engine of the page.
// The page that sends has none: there it would hold up the photos themselves.
import { createContext } from "preact";

/** Makes a file that every browser shows. */
export type ShowPicture = (picture: Blob, signal: AbortSignal) => Promise<Blob>;

export const ShowBy = createContext<ShowPicture | undefined>(undefined);
