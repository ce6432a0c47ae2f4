// The browser's cryptography for the engine: the bytes are those of the library, and a browser that errs is not asked again.
import assert from "node:assert/strict";
import { createCipheriv, webcrypto } from "node:crypto";
import { test } from "node:test";
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { hostOf } from "../../src/engine/host.ts";
import { type Bytes, concat } from "../../src/format/bytes.ts";
import { chunkNonce, chunkSize } from "../../src/format/span.ts";

/** Node has the cipher, but not by WebCrypto. twist is done to every sealed chunk. */
function subtle(twist: (sealed: Uint8Array) => void = () => undefined): SubtleCrypto {
  return {
    digest: (name: string, bytes: Bytes) => webcrypto.subtle.digest(name, bytes),
    importKey: async (_format: string, bytes: Bytes) => bytes.slice() as unknown as CryptoKey,
    encrypt: async ({ iv }: { iv: Bytes }, key: unknown, plain: Bytes) => {
      const cipher = createCipheriv("chacha20-poly1305", key as Bytes, iv, { authTagLength: 16 });
      const sealed = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
      twist(sealed);
      return new Uint8Array(sealed).buffer;
    },
  } as unknown as SubtleCrypto;
}

function byLibrary(key: Bytes, first: number, last: boolean, plain: Bytes): Bytes {
  const chunks = Math.max(1, Math.ceil(plain.length / chunkSize));
  return concat(
    ...Array.from({ length: chunks }, (_, i) => {
      const chunk = plain.subarray(i * chunkSize, (i + 1) * chunkSize);
      return chacha20poly1305(key, chunkNonce(first + i, last && i === chunks - 1)).encrypt(chunk) as Bytes;
    }),
  );
}

const filled = (n: number, by: number): Bytes => new Uint8Array(n).map((_, i) => (i * by) % 251);

test("chunks are sealed as the library seals them", async () => {
  const { seal } = await hostOf(subtle());
  assert.ok(seal);
  for (const size of [0, 1, chunkSize - 1, chunkSize, chunkSize + 1, 3 * chunkSize, 3 * chunkSize + 5])
    for (const last of [true, false])
      for (const [key, first] of [
        [filled(32, 3), 0],
        [filled(32, 5), 300],
        [filled(32, 7), 2 ** 33],
      ] as const) {
        const plain = filled(size, 11);
        const got = await seal(key, first, last, plain);
        assert.deepEqual(Buffer.from(got), Buffer.from(byLibrary(key, first, last, plain)), `${size} ${last} ${first}`);
        const other = await seal(key, first, !last, plain);
        assert.notDeepEqual(Buffer.from(other), Buffer.from(got), "control: the last chunk is another one");
      }
});

test("sums are SHA-256", async () => {
  const { sum } = await hostOf(subtle());
  assert.deepEqual(await sum?.(filled(100_000, 13)), sha256(filled(100_000, 13)));
});

test("what the browser lacks or does otherwise, the engine does", async () => {
  assert.deepEqual(await hostOf(undefined), {});
  const without = { ...subtle(), importKey: () => Promise.reject(new DOMException("", "NotSupportedError")) };
  const wrong = subtle((sealed) => {
    sealed[0] = (sealed[0] ?? 0) ^ 1;
  });
  for (const browser of [without as SubtleCrypto, wrong]) {
    const { seal, sum } = await hostOf(browser);
    assert.equal(seal, undefined);
    assert.ok(sum);
  }
});
