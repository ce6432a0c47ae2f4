// What the page and its workers say to each other. Bytes of photos travel as Blobs, which are handles: the page passes
// them on and never reads them. Sealed parts are transferred, not copied.
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
  | { readonly id: number; readonly fault: { readonly code: string } };

/** One variant to make, as client/variant plans it. */
export interface Spec {
  readonly role: Role;
  readonly width: number;
  readonly height: number;
  /** 1–100. */
  readonly quality: number;
  readonly lossless: boolean;
}

/** A photo without its metadata, and what it gave away. */
export interface Stripped {
  readonly blob: Blob;
  readonly media: Media;
  /** As displayed, after orientation. */
  readonly width: number;
  readonly height: number;
  readonly orientation: number;
  readonly findings: readonly Finding[];
  readonly plan: readonly Spec[];
}

export interface Coded {
  readonly role: Role;
  readonly media: Media;
  readonly width: number;
  readonly height: number;
  readonly blob: Blob;
}

export interface StripCalls {
  /** The compiled engine; has to be the first call. */
  start(engine: WebAssembly.Module): void;
  strip(photo: Blob): { readonly stripped: Stripped; readonly memory: number };
}

export interface CodecCalls {
  encode(photo: Blob, plan: readonly Spec[]): readonly Coded[];
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
}

export interface PhotoWords {
  readonly alt: string;
  readonly decorative: boolean;
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

/** In the order in which they are called; addPhoto and addOriginal resolve with about where in the sealed bundle they end. */
export interface PackCalls {
  start(engine: WebAssembly.Module): void;
  /** Makes the secrets. */
  newShare(): NewShare;
  /** Body of the create request. expires is the intended time in ms of this device's clock. */
  create(expires: number): Uint8Array<ArrayBuffer>;
  /** Takes the server's reply to create, and the rules. */
  begin(reply: Uint8Array, rules: ShareRules, partSize: number): void;
  addPhoto(photo: Stripped, words: PhotoWords, variants: readonly Coded[]): number;
  /** Closes the quick bundle: body of the commit request, or undefined where a share is committed once, at the end. */
  commitQuick(): Uint8Array<ArrayBuffer> | undefined;
  beginFull(partSize: number): void;
  /** The original of the next photo. */
  addOriginal(photo: Stripped): number;
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
