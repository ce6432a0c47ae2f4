// Knocking, for a viewer whom the sender lets in. Loaded when somebody asks to be let in.
export { admitted, newKnocker, viewerWords } from "./knock.ts";
