// What people paste as recipients: keys that a page can seal to, and what is said of everything else.
import assert from "node:assert/strict";
import { test } from "node:test";
import { generateHybridIdentity, generateX25519Identity, identityToRecipient } from "age-encryption";
import { readRecipients } from "../../src/model/send-recipients.lazy.ts";

const classic = await identityToRecipient(await generateX25519Identity());
const hybrid = await identityToRecipient(await generateHybridIdentity());
const secret = await generateX25519Identity();

for (const { name, text, kinds, fault } of [
  { name: "one", text: classic, kinds: ["x25519"] },
  { name: "a post-quantum one", text: hybrid, kinds: ["hybrid"] },
  { name: "a file of them", text: `# team\n${classic}\r\n\n  ${hybrid}  \n`, kinds: ["x25519", "hybrid"] },
  { name: "the same twice", text: `${classic}\n${classic.toUpperCase()}`, kinds: ["x25519"] },
  { name: "nothing", text: "\n # nobody\n", kinds: [] },
  { name: "a cut one", text: classic.slice(0, -1), kinds: [], fault: "form" },
  {
    name: "one with a typing error",
    text: classic.replace(/.$/, (c) => (c === "q" ? "p" : "q")),
    kinds: [],
    fault: "form",
  },
  { name: "a cut post-quantum one", text: hybrid.slice(0, -5), kinds: [], fault: "form" },
  { name: "words", text: "somebody@example.org", kinds: [], fault: "form" },
  { name: "a secret key", text: secret, kinds: [], fault: "secret" },
  { name: "a secret key after a good one", text: `${classic}\n${secret}`, kinds: ["x25519"], fault: "secret" },
  { name: "an ssh key", text: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKg", kinds: [], fault: "ssh" },
  {
    name: "a plugin's key",
    text: "age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t",
    kinds: [],
    fault: "plugin",
  },
  {
    name: "a tag key",
    text: "age1tag1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t",
    kinds: [],
    fault: "plugin",
  },
])
  test(`recipients: ${name}`, () => {
    const read = readRecipients(text);
    assert.deepEqual(
      read.found.map(({ kind }) => kind),
      kinds,
    );
    assert.equal(read.fault, fault);
  });

test("a fingerprint tells keys apart and is the same every time", () => {
  const [one] = readRecipients(classic).found;
  const [again] = readRecipients(classic.toUpperCase()).found;
  const [other] = readRecipients(hybrid).found;
  assert.match(one?.fingerprint ?? "", /^([0-9a-f]{4} ){3}[0-9a-f]{4}$/);
  assert.equal(one?.fingerprint, again?.fingerprint);
  assert.notEqual(one?.fingerprint, other?.fingerprint);
});
