// Passphrases of random words, from the list of the command line. Loaded when somebody asks for one.
import list from "../../../crypto/passphrase/words.txt";

const words = list.split("\n").filter((word) => word !== "");

/** 6 × 11 = 66 bits, joined by hyphens, as crypto/passphrase does it. */
const count = 6;

export function suggest(): string {
  const drawn = crypto.getRandomValues(new Uint16Array(count));
  // 2,048 words divide 65,536 evenly: every word is as likely as any other.
  return [...drawn].map((n) => words[n % words.length]).join("-");
}
