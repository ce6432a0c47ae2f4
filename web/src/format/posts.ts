// Posts: the view code of a share, sealed to the maker of a request link. FORMAT.md, "Request link". Loaded late.
import { Decrypter, Encrypter } from "age-encryption";
import { hybridIdentity, hybridRecipient, writeHybrid } from "./age-keys.ts";
import { ascii, type Bytes, concat, equal, hex } from "./bytes.ts";
import { codeLength, parseCode, printCode } from "./code.ts";
import { FormatError } from "./errors.ts";
import { mailboxProof, mailboxSecret } from "./kdf.ts";
import { mailboxView } from "./mailbox.ts";

export const postSize = 1787;
const plainSize = 128;
const proofSize = 16;

/** The recipient that stands in a mailbox's document: the same for the same owner and id, always. */
export const mailboxRecipient = (owner: Bytes, id: Bytes): Promise<Bytes> => hybridRecipient(mailboxSecret(owner, id));

/** A post with a share's view code. view is the request link's secret: it proves that the post came by the link. */
export async function sealPost(recipient: Bytes, view: Bytes, id: Bytes, viewCode: string): Promise<Bytes> {
  const plain = new Uint8Array(plainSize);
  plain.set(concat(ascii(viewCode), mailboxProof(view, id)));
  const encrypter = new Encrypter();
  encrypter.addRecipient(writeHybrid(recipient));
  const post = await encrypter.encrypt(plain);
  if (viewCode.length !== codeLength || post.length !== postSize)
    throw new FormatError("form", "post: not of the one size");
  return post as Bytes;
}

/** A post as the server lists it. */
export interface StoredPost {
  /** Server time, ms. */
  readonly received: number;
  readonly sealed: Bytes;
}

/** A share that somebody sent by the request link. */
export interface Arrived {
  readonly received: number;
  readonly id: Bytes;
  readonly view: Bytes;
  readonly viewCode: string;
}

export interface Posts {
  /** In the order in which they came; each share once. */
  readonly arrived: readonly Arrived[];
  /** Posts that were dropped: not by the link, not readable, or of a share that was there already. */
  readonly dropped: number;
}

/** Opens every post that opens. */
export async function openPosts(owner: Bytes, id: Bytes, stored: readonly StoredPost[]): Promise<Posts> {
  const opener = new Decrypter();
  opener.addIdentity(hybridIdentity(mailboxSecret(owner, id)));
  const proof = mailboxProof(mailboxView(owner, id), id);
  const found = new Map<string, Arrived>();
  for (const post of stored) {
    const arrived = await openPost(opener, proof, post);
    if (arrived && !found.has(hex(arrived.id))) found.set(hex(arrived.id), arrived);
  }
  return { arrived: [...found.values()], dropped: stored.length - found.size };
}

async function openPost(opener: Decrypter, proof: Bytes, post: StoredPost): Promise<Arrived | undefined> {
  if (post.sealed.length !== postSize) return undefined;
  try {
    const plain = await opener.decrypt(post.sealed);
    const [code, tail] = [plain.slice(0, codeLength), plain.slice(codeLength)];
    const wanted = concat(proof, new Uint8Array(plainSize - codeLength - proofSize));
    if (plain.length !== plainSize || !equal(tail, wanted)) return undefined;
    const parsed = parseCode(String.fromCharCode(...code));
    if (parsed.kind !== "view") return undefined;
    return { received: post.received, id: parsed.id, view: parsed.view, viewCode: printCode(parsed) };
  } catch {
    return undefined;
  }
}
