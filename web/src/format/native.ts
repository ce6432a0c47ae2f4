// The platform's own cryptography where it has some: several times as fast as a script, above all as one that has just begun
// to run. The bytes are the same; what a platform lacks, noble does.
import { sha256 } from "@noble/hashes/sha2.js";
import type { Bytes } from "./bytes.ts";
import { decrypt, openChunkBy, streamKey } from "./seal.ts";
import { chunkSize, headSize, plainSize, sealedChunk } from "./span.ts";

const name = "ChaCha20-Poly1305";

/** SHA-256. */
export async function digest(bytes: Bytes): Promise<Bytes> {
  // Missing where the page came by plain HTTP.
  const { subtle } = crypto as { readonly subtle?: SubtleCrypto };
  return subtle ? new Uint8Array(await subtle.digest("SHA-256", bytes)) : (sha256(bytes) as Bytes);
}

/** Opens chunks that were sealed under one key; undefined for one that was changed. */
export type OpenChunk = (nonce: Bytes, sealed: Bytes) => Promise<Bytes | undefined>;

export function chunkOpener(key: Bytes): OpenChunk {
  const { subtle } = crypto as { readonly subtle?: SubtleCrypto };
  const known = subtle?.importKey("raw-secret" as "raw", key, name, false, ["decrypt"]).catch(() => undefined);
  return async (iv, sealed) => {
    const native = await known;
    if (!subtle || !native) return decrypt(key, iv, sealed);
    try {
      return new Uint8Array(await subtle.decrypt({ name, iv }, native, sealed));
    } catch {
      return decrypt(key, iv, sealed); // it decides
    }
  };
}

/** As openSealed. */
export async function openSealedSoon(sealed: Bytes, passphrase: string): Promise<Bytes> {
  const open = chunkOpener(streamKey(sealed.subarray(0, headSize), passphrase));
  const plain = new Uint8Array(plainSize(sealed.length));
  const body = sealed.subarray(headSize);
  for (let n = 0; n * chunkSize < Math.max(1, plain.length); n++) {
    const chunk = body.subarray(n * sealedChunk, (n + 1) * sealedChunk);
    plain.set(await openChunkBy(open, sealed.length, n, chunk), n * chunkSize);
  }
  return plain;
}
