// One variant, taken out of its sealed bundle as the bytes arrive: chunks are opened one by one, what lies outside the
// variant is dropped, and the hash is checked before anybody gets the bytes.
import { type Bytes, equal } from "./bytes.ts";
import { FormatError } from "./errors.ts";
import { bundleSeal } from "./kdf.ts";
import { chunkOpener, digest, type OpenChunk } from "./native.ts";
import { openChunkBy, streamKey } from "./seal.ts";
import { chunkSize, type Place, plainSize, type Span, sealedChunk, spanOfPlace } from "./span.ts";

export class VariantReader {
  private readonly place: Place;
  private readonly span: Span;
  private readonly open: OpenChunk;
  private readonly out: Bytes;
  private readonly held: Bytes = new Uint8Array(sealedChunk);
  private heldLength = 0;
  private fed = 0;
  private written = 0;
  private nextChunk: number;

  constructor(place: Place) {
    if (place.offset + place.size > plainSize(place.total)) throw new FormatError("opening", "outside the bundle");
    this.place = place;
    this.span = spanOfPlace(place);
    this.open = chunkOpener(streamKey(place.head, bundleSeal(place.key, place.id)));
    this.out = new Uint8Array(place.size);
    this.nextChunk = this.span.firstChunk;
  }

  /** Takes the next bytes, in pieces of any length, one after another. */
  async feed(bytes: Uint8Array): Promise<void> {
    if (this.fed + bytes.length > this.span.end - this.span.start)
      throw new FormatError("opening", "more bytes than were asked for");
    this.fed += bytes.length;
    for (let at = 0; at < bytes.length; ) {
      const n = Math.min(sealedChunk - this.heldLength, bytes.length - at);
      this.held.set(bytes.subarray(at, at + n), this.heldLength);
      this.heldLength += n;
      at += n;
      if (this.heldLength === sealedChunk || this.fed - bytes.length + at === this.span.end - this.span.start)
        await this.openHeld();
    }
  }

  private async openHeld(): Promise<void> {
    const sealed = this.held.subarray(0, this.heldLength);
    const plain = await openChunkBy(this.open, this.place.total, this.nextChunk, sealed);
    const start = this.nextChunk * chunkSize;
    const from = Math.max(this.place.offset - start, 0);
    const to = Math.min(this.place.offset + this.place.size - start, plain.length);
    const wanted = plain.subarray(from, Math.max(from, to));
    this.out.set(wanted, this.written);
    this.written += wanted.length;
    this.nextChunk++;
    this.heldLength = 0;
  }

  /** What is there so far. It is what was sealed, but its hash is not known yet: to be looked at, never to be shown. */
  beginning(): Bytes {
    return this.out.slice(0, this.written);
  }

  /** The bytes, if they are all there and are those that the manifest promises. */
  async finish(): Promise<Bytes> {
    if (this.written !== this.place.size) throw new FormatError("opening", "bytes are missing");
    if (!equal(await digest(this.out), this.place.sha256))
      throw new FormatError("hash", "these are not the bytes that the manifest names");
    return this.out;
  }
}
