// The browser's own cryptography for the engine, where there is some: several times as fast as Go's is in a browser, and on
// other cores. The bytes are the same; what a browser lacks, the engine does.
import { type Bytes, equal, fromHex, none } from "../format/bytes.ts";
import { chunkNonce, chunkSize, sealedChunk } from "../format/span.ts";

/** What wasm/bridge takes: crypto/seal.Chunks and SHA-256. */
export interface Host {
  /** Seals chunks of a stream; first is the number of the first, last says that the stream ends with the last. */
  readonly seal?: (key: Bytes, first: number, last: boolean, plain: Bytes) => Promise<Bytes>;
  readonly sum?: (bytes: Bytes) => Promise<Bytes>;
}

const name = "ChaCha20-Poly1305";

/** One zero byte, sealed under zeros: a browser that makes something else of it is not asked again. */
const known = fromHex("9fbedcfd1809ff3c10adf8277fcc0581b8");

/** subtle is missing where the page came by plain HTTP. */
export async function hostOf(subtle: SubtleCrypto | undefined): Promise<Host> {
  if (!subtle) return {};
  const sum = async (bytes: Bytes) => new Uint8Array(await subtle.digest("SHA-256", bytes));
  const seal = sealer(subtle);
  try {
    return equal(await seal(new Uint8Array(32), 0, false, new Uint8Array(1)), known) ? { sum, seal } : { sum };
  } catch {
    return { sum };
  }
}

/** A share has a key for each of its two bundles. */
const kept = 2;

function sealer(subtle: SubtleCrypto): NonNullable<Host["seal"]> {
  const keys: { readonly bytes: Bytes; readonly key: Promise<CryptoKey> }[] = [];
  const keyOf = (bytes: Bytes): Promise<CryptoKey> => {
    const found = keys.find((one) => equal(one.bytes, bytes));
    if (found) return found.key;
    const key = subtle.importKey("raw-secret" as "raw", bytes, name, false, ["encrypt"]);
    keys.unshift({ bytes, key });
    keys.length = Math.min(keys.length, kept);
    return key;
  };
  return async (bytes, first, last, plain) => {
    const key = await keyOf(bytes);
    const chunks = Math.max(1, Math.ceil(plain.length / chunkSize));
    const out = new Uint8Array(plain.length + chunks * (sealedChunk - chunkSize));
    const each = Array.from({ length: chunks }, async (_, i) => {
      const iv = chunkNonce(first + i, last && i === chunks - 1);
      const chunk = plain.length === 0 ? none : plain.subarray(i * chunkSize, (i + 1) * chunkSize);
      out.set(new Uint8Array(await subtle.encrypt({ name, iv }, key, chunk)), i * sealedChunk);
    });
    await Promise.all(each);
    return out;
  };
}
