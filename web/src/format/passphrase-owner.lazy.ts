// A new passphrase, for the owner who makes the server's key for it. Loaded when somebody sets one.
export { evaluate, newOprfKey, stretchInSlices } from "./passphrase.ts";
