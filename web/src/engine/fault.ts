// Failures of the workers. The code is all that crosses; the page has the words for it.

const codes = [
  "not-a-photo", // nothing that we know an image by
  "unsupported", // a photo, of a format that cannot be stripped yet
  "damaged", // a photo that does not parse, or that the browser cannot decode
  "empty", // no bytes
  "large", // more bytes or pixels than the format allows
  "unreadable", // the file is gone, or changed since it was chosen
  "poisoned", // the browser answers with random pixels
  "no-canvas", // no OffscreenCanvas
  "no-decoder", // nothing on this device decodes the photo
  "no-wasm", // no WebAssembly
  "away", // the engine could not be fetched
  "updated", // a file of the page is gone from the server
  "memory", // the engine ran out of it
  "reply", // the server answered something that the engine does not understand
  "internal",
] as const;

export type FaultCode = (typeof codes)[number];

export class Fault extends Error {
  override name = "Fault";
  readonly code: FaultCode;
  /** Of a file that was refused: which reason (client/strip/refuse), */
  readonly refusal: string | undefined;
  /** and whether its pixels may be sent instead. */
  readonly convertible: boolean;

  constructor(code: FaultCode, refusal?: string, convertible = false) {
    super(code);
    this.code = code;
    this.refusal = refusal;
    this.convertible = convertible;
  }
}

/** The fault behind whatever was thrown. What is not ours is "internal": its text may hold a file name. */
export function faultOf(thrown: unknown): Fault {
  if (thrown instanceof Fault) return thrown;
  const { code, refusal, convertible } = (thrown ?? {}) as { code?: unknown; refusal?: unknown; convertible?: unknown };
  if (typeof code === "string" && (codes as readonly string[]).includes(code))
    return new Fault(code as FaultCode, typeof refusal === "string" ? refusal : undefined, convertible === true);
  if (thrown instanceof DOMException && (thrown.name === "NotFoundError" || thrown.name === "NotReadableError"))
    return new Fault("unreadable");
  return new Fault("internal");
}
