// A passkey as an age key: WebAuthn's PRF extension answers the same 32 bytes to the same question, on this origin alone, after
// the person has shown that they are there. FORMAT.md, "Recipients". Nothing of it is sent.
import { type Bytes, random } from "../format/bytes.ts";
import { passkeySalt, passkeyScalar } from "../format/kdf.ts";

/** The browser or the authenticator cannot do it; "cancelled" is also what a browser says when no passkey fits. */
export class PasskeyError extends Error {
  override name = "PasskeyError";
  readonly code: "passkey" | "passkey-old";

  constructor(code: "passkey" | "passkey-old") {
    super(code);
    this.code = code;
  }
}

export const hasPasskeys = (): boolean => typeof PublicKeyCredential === "function" && isSecureContext;

/** The X25519 scalar of a passkey that was made here before. */
export async function askPasskey(signal: AbortSignal, allowed?: Bytes): Promise<Bytes> {
  const publicKey: PublicKeyCredentialRequestOptions = {
    challenge: random(32),
    userVerification: "required", // the answer differs with and without, so one of the two it has to be
    extensions: { prf: { eval: { first: passkeySalt() } } },
    ...(allowed ? { allowCredentials: [{ type: "public-key", id: allowed }] } : {}),
  };
  const credential = await asked(() => navigator.credentials.get({ publicKey, signal }), signal);
  const answer = credential.getClientExtensionResults().prf?.results?.first;
  if (answer === undefined) throw new PasskeyError("passkey-old");
  const bytes = answer instanceof ArrayBuffer ? new Uint8Array(answer) : new Uint8Array(answer.buffer as ArrayBuffer);
  const scalar = passkeyScalar(bytes);
  bytes.fill(0);
  return scalar;
}

/** Makes a passkey, named for whoever chooses among several, and returns its scalar. */
export async function makePasskey(name: string, signal: AbortSignal): Promise<Bytes> {
  const publicKey: PublicKeyCredentialCreationOptions = {
    challenge: random(32),
    rp: { name: "Safelight" },
    user: { id: random(16), name, displayName: name },
    pubKeyCredParams: [-7, -8, -257].map((alg) => ({ type: "public-key", alg })),
    authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
    extensions: { prf: {} },
  };
  const credential = await asked(() => navigator.credentials.create({ publicKey, signal }), signal);
  if (credential.getClientExtensionResults().prf?.enabled !== true) throw new PasskeyError("passkey-old");
  return askPasskey(signal, new Uint8Array(credential.rawId));
}

async function asked(ask: () => Promise<Credential | null>, signal: AbortSignal): Promise<PublicKeyCredential> {
  let credential: Credential | null;
  try {
    credential = await ask();
  } catch {
    signal.throwIfAborted();
    throw new PasskeyError("passkey");
  }
  if (!(credential instanceof PublicKeyCredential)) throw new PasskeyError("passkey");
  return credential;
}
