// The passphrase on the page's own thread, in slices, for browsers that start no worker.
export { blind, finalize, stretchInSlices } from "./passphrase.ts";
