// Ed25519 by the platform, where it has it and checks as FORMAT.md asks: a script that has just begun to run takes ten times
// as long. What the platform does not accept is asked of verify, which decides.
import { type Bytes, fromHex } from "./bytes.ts";
import { type DocType, isCanonical, isKey, pae, verify } from "./signature.ts";

/** Key, message and signature that only a check accepts which multiplies by the cofactor: R has torsion. */
export const torsion = {
  key: fromHex("2766134a0353773549e19f9134edb2bd7f96ebd42cedd13a8259a0e500c6f21c"),
  message: fromHex("636f666163746f72"),
  signature: fromHex(
    "62b975c4f14b741083bbc790e8b15798d4ab9bb8bbca2849400da6b335a29eef822883cde8475e4d94438979933cbbf13e6f787108914817159ba5fe3b2dd304",
  ),
};

/** As verify. by: the platform's check, which throws where there is none; otherwise: what decides where it does not accept. */
export async function verifySoon(
  p: Bytes,
  type: DocType,
  body: Bytes,
  sig: Bytes,
  by: Check = platform,
  otherwise = verify,
): Promise<boolean> {
  // The platform works while key and signature are looked at.
  const asked = accepts(by, p, pae(type, body), sig);
  if (isKey(p) && isCanonical(sig) && (await asked)) return true;
  return otherwise(p, type, body, sig);
}

type Check = (key: Bytes, message: Bytes, signature: Bytes) => Promise<boolean>;

async function accepts(by: Check, ...signed: Parameters<Check>): Promise<boolean> {
  try {
    const { key, message, signature } = torsion;
    const [fits, lax] = await Promise.all([by(...signed), by(key, message, signature)]);
    return fits && !lax;
  } catch {
    return false;
  }
}

async function platform(key: Bytes, message: Bytes, signature: Bytes): Promise<boolean> {
  const known = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", known, signature, message);
}
