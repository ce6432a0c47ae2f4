// What the page and its workers say to each other. Bytes of photos travel as Blobs, which are handles: the page passes
// them on and never reads them. Sealed parts are transferred, not copied.
import type { Edits } from "../editor/edits.ts";
import type { Pose } from "../format/manifest.ts";
import type { Finding, Media, Role } from "./photo.ts";

/** Where a listed file lies; the page reads it from its own HTML (lib/lazy.ts). */
export interface Listed {
  readonly href: string;
  readonly integrity: string;
}

export interface Call {
  readonly id: number;
  readonly call: string;
  readonly args: readonly unknown[];
}

export type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly fault: FaultDetails };

/** Comes before the answer: the photo was decoded, only memory can still be in the way of its variants. */
export interface Decoded {
  readonly id: number;
  readonly decoded: true;
}

export interface FaultDetails {
  readonly code: string;
  readonly refusal?: string;
  readonly convertible?: boolean;
}

/** One variant to make, as client/variant plans it. */
export interface Spec {
  readonly role: Role;
  readonly width: number;
  readonly height: number;
  /** 1–100. */
  readonly quality: number;
  readonly lossless: boolean;
  /** sRGB, without a profile. */
  readonly plain: boolean;
  /** Not needed for a share to open: it goes with the originals. */
  readonly later: boolean;
}

/** What is known of a photo, stripped or looked into. */
export interface About {
  /** 0: none of the list. */
  readonly media: Media | 0;
  /** What people call the format. */
  readonly format: string;
  /** As displayed, after orientation. */
  readonly width: number;
  readonly height: number;
  readonly orientation: number;
  readonly alpha: boolean;
  readonly animated: boolean;
  /** Its gamut is larger than that of sRGB. */
  readonly wide: boolean;
  /** It keeps a colour profile, since its numbers are not those of sRGB. */
  readonly profile?: boolean;
  readonly findings: readonly Finding[];
  /** How a panorama lies around the viewer: all that is kept of what the file says. */
  readonly pose?: Pose;
  /** What the file says below the picture, for a sender who asks to keep it. */
  readonly caption: string;
  readonly credit: string;
  readonly plan: readonly Spec[];
  /** What is made in place of plan and original of a photo that leaves no trace of its camera. */
  readonly pixelsOnly: readonly Spec[];
  /** Of a large photo its tile set. */
  readonly tiles?: readonly Spec[];
}

/** What making variants needs to know of a photo. */
export type Frame = Pick<About, "media" | "width" | "height" | "orientation" | "wide" | "profile">;

/** What a file gives away; of one that is not taken, why, and whether its pixels may be sent instead. */
export interface Inspected extends About {
  readonly refusal?: string;
  readonly convertible: boolean;
}

/** A photo without its metadata, and what it gave away. */
export interface Stripped extends About {
  readonly blob: Blob;
  readonly media: Media;
  /** Made of pixels that were taken for sRGB, as Coded has it. */
  readonly asSRGB?: boolean;
}

export interface Coded {
  readonly role: Role;
  readonly media: Media;
  readonly width: number;
  readonly height: number;
  readonly blob: Blob;
  /** Made of pixels that were taken for sRGB, for nothing here evaluates their colour profile. */
  readonly asSRGB?: boolean;
  /** Of a tile set: the bytes of each tile. They lie in the blob one behind the other, row by row. */
  readonly tiles?: readonly number[];
}

/** Pixels, upright, four bytes each, colour apart from alpha. */
export interface Pixels {
  readonly data: Uint8ClampedArray<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
  readonly space: PredefinedColorSpace;
  /** Taken for sRGB, as Coded has it. */
  readonly asSRGB?: boolean;
}

/** Where the pixels of a photo come from. */
export type Source = Blob | Pixels;

export interface StripCalls {
  /** The compiled engine; has to be the first call. */
  start(engine: WebAssembly.Module): void;
  /** Does a bit of everything, so that the browser has compiled it well before it is needed. */
  warm(step: number): Worked<void>;
  inspect(photo: Blob): Worked<Inspected>;
  strip(photo: Blob): Worked<Stripped>;
  /** Makes a photo of pixels: a PNG, stripped. */
  fromPixels(pixels: Pixels): Worked<Stripped>;
  /** Decodes what the engine can, for browsers whose own pixels cannot be had. */
  decode(photo: Blob): Worked<Pixels>;
  scale(pixels: Pixels, width: number, height: number): Worked<Pixels>;
  /** Makes an AVIF file of key frames. */
  mux(frames: KeyFrames, width: number, height: number): Worked<Blob>;
  /** Converts pixels from the profile that the photo has. */
  toSRGB(pixels: Pixels, photo: Blob): Worked<Pixels>;
}

/** A result, and how much memory the engine has after it. */
export interface Worked<Value> {
  readonly value: Value;
  readonly memory: number;
}

/** What was made of a plan. */
export interface Made {
  readonly variants: readonly Coded[];
  /** Of a flat variant the pixels, where this browser's own lossless coder is a poor one. */
  readonly flat?: { readonly at: number; readonly pixels: Pixels };
  /** The view as it was coded, at which of the variants that is, and at which quality WebP comes out as good. */
  readonly view?: { readonly at: number; readonly image: ImageBitmap; readonly quality: number };
  /** Something is seen through the photo, and this browser has no format for that: it has to be made anew by others. */
  readonly unclear?: boolean;
  /** The view is an AV1 key frame yet, without its file around it. */
  readonly bare?: boolean;
}

/** AV1 key frames of a picture: its colours, and if anything is seen through it, its transparency. */
export interface KeyFrames {
  readonly color: Uint8Array<ArrayBuffer>;
  readonly alpha?: Uint8Array<ArrayBuffer>;
}

export interface Compiled {
  readonly module: WebAssembly.Module;
  /** Bytes in a ms, by which it came over the line; 0 if it did not, as from the browser's cache. */
  readonly speed: number;
}

export interface CodecCalls {
  /** Fetches and compiles the engine: eight megabytes, which the page itself is not to be held up by. */
  compile(engine: Listed): Compiled;
  /** Finds out what this browser is good at, a little at a time. */
  warm(step: number): void;
  /** With both, views are coded in the format that is the fastest here, and come along to be coded in the other. */
  make(source: Source, plan: readonly Spec[], frame: Frame, both: boolean): Made;
  /** A tile set; undefined where this browser has no format for it. */
  tiles(source: Source, spec: Spec, frame: Frame): Coded | undefined;
  /** Codes a view in the format that make did not take: an AV1 key frame or WebP, if there is such a thing here. */
  other(
    view: ImageBitmap,
    coded: Coded,
    quality: number,
    wide: boolean,
    opaque: boolean,
  ): KeyFrames | Blob | false | undefined;
  /** Whether two files of a picture let the same through. */
  clearAlike(one: Blob, other: Blob): boolean;
  /** Pixels in sRGB. */
  pixels(source: Source, frame: Frame): Pixels;
  /** A PNG of the pixels, with their profile. */
  png(source: Source, frame: Frame): Blob;
  /** A new file of what edits leave of the pixels: a PNG, or a JPEG. */
  edit(source: Source, frame: Frame, edits: Edits, lossless: boolean): Blob;
  /** The same without a canvas. */
  editPixels(pixels: Pixels, edits: Edits): Pixels;
}

/** Compiled codecs; which of them a call needs is up to the caller. */
export interface Libraries {
  readonly jpeg?: WebAssembly.Module;
  readonly resize?: WebAssembly.Module;
  readonly webp?: WebAssembly.Module;
  readonly webpDecoder?: WebAssembly.Module;
}

export interface LibraryCalls {
  /** Decodes JPEG or WebP. The pixels are those of the file's own profile. */
  decode(photo: Blob, media: Media, libraries: Libraries): Pixels;
  /** WebP of every size, lossless where the plan says so and it is smaller. */
  make(pixels: Pixels, plan: readonly Spec[], libraries: Libraries): readonly Coded[];
  tiles(pixels: Pixels, spec: Spec, libraries: Libraries): Coded | undefined;
  lossless(pixels: Pixels, libraries: Libraries): Blob;
}

export interface HeifCalls {
  decode(photo: Blob, wide: boolean, library: WebAssembly.Module): Pixels;
}

/** What a new share is called before the server knows of it. */
export interface NewShare {
  /** 32 lower-case hexadecimal characters. */
  readonly id: string;
  readonly viewCode: string;
  readonly manageCode: string;
}

export interface ShareRules {
  readonly title: string;
  /** Milliseconds from the moment at which the server created the share. */
  readonly lifetime: number;
  /** 0: no limit. */
  readonly views: number;
  /** Empty: none. */
  readonly passphrase: string;
  /** age1… and age1pq1…; none: nobody is named. */
  readonly recipients: readonly string[];
  readonly askFirst: boolean;
  readonly log: boolean;
  readonly pixelsOnly: boolean;
  readonly keepCaption: boolean;
}

export interface PhotoWords {
  readonly alt: string;
  readonly decorative: boolean;
  /** Empty unless the sender keeps them. */
  readonly caption: string;
  readonly credit: string;
}

/** An upload that the server opened. */
export interface Upload {
  readonly id: string;
  readonly token: string;
}

/** A sealed part on its way out. Each is answered with `taken`; that is what holds the sealing back. */
export interface Part {
  readonly upload: Upload;
  /** 0: quick, 1: full. */
  readonly bundle: number;
  readonly part: number;
  /** Where bytes begin in the sealed bundle. */
  readonly offset: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Base64 of the SHA-256 of bytes. */
  readonly digest: string;
}

/** What the manifest says of a photo. */
export type Described = Pick<Stripped, "media" | "width" | "height" | "orientation" | "pose">;

/** In the order in which they are called; addPhoto and addRest resolve with about where in the sealed bundle they end. */
export interface PackCalls {
  start(engine: WebAssembly.Module): void;
  /** Makes the secrets. */
  newShare(): NewShare;
  /** Body of the create request. expires is the intended time in ms of this device's clock. */
  create(expires: number): Uint8Array<ArrayBuffer>;
  /** Takes the server's reply to create, and the rules. */
  begin(reply: Uint8Array, rules: ShareRules, partSize: number): void;
  addPhoto(photo: Described, words: PhotoWords, variants: readonly Coded[]): number;
  /** Closes the quick bundle: body of the commit request, or undefined where a share is committed once, at the end. */
  commitQuick(): Uint8Array<ArrayBuffer> | undefined;
  beginFull(partSize: number): void;
  /** What else there is of a photo, by its number among those that were added. Photos come in order. */
  addRest(photo: number, variants: readonly Coded[]): number;
  /** Closes what is open: body of the publish request, or of the only commit. */
  publish(): Uint8Array<ArrayBuffer>;
  /** Bodies of requests for a challenge of the server: delete, */
  remove(challenge: Uint8Array): Uint8Array<ArrayBuffer>;
  /** and what goes on where the reply to create was lost. */
  state(challenge: Uint8Array): Uint8Array<ArrayBuffer>;
  upload(challenge: Uint8Array): Uint8Array<ArrayBuffer>;
  /** A part has arrived. */
  taken(bundle: number, part: number): void;
}
