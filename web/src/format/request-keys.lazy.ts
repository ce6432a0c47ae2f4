// The keys of the request page: posting to the maker of a link, making one, and the recipient of a passkey. Loaded when somebody
// does one of these.
export { classicRecipient } from "./age-keys.ts";
export { mailboxRecipient, sealPost } from "./posts.ts";
