// The body of a reply. No reply of the protocol that is held whole comes near the most that is read: a server that sends
// without an end fills no memory. One that stops in the middle is given up after a while, as if nobody answered.
import { type Bytes, join } from "../format/bytes.ts";

const most = 16 * 2 ** 20;

/** Milliseconds in which something more has to arrive. */
const stalled = 30_000;

type Reader = ReadableStreamDefaultReader<Uint8Array>;

/** The next piece of a body. Rejects, and reads no further, when none arrives in time. */
export async function nextPiece(reader: Reader, patience = stalled): Promise<ReadableStreamReadResult<Uint8Array>> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("the reply has stopped")), patience);
  });
  try {
    return await Promise.race([reader.read(), late]);
  } catch (error) {
    reader.cancel().catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** The whole body; undefined, and the rest is not read, when it is too long. Rejects when it breaks or stops. */
export async function readBody(response: Response, patience?: number): Promise<Bytes | undefined> {
  const reader = response.body?.getReader();
  const parts: Uint8Array[] = [];
  for (let size = 0; reader; ) {
    const { done, value } = await nextPiece(reader, patience);
    if (done) break;
    size += value.length;
    if (size > most) {
      reader.cancel().catch(() => {});
      return undefined;
    }
    parts.push(value);
  }
  return join(parts);
}
