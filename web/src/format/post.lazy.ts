// Posting to the maker of a request link. Loaded when a share is on its way.
export { sealPost } from "./posts.ts";
