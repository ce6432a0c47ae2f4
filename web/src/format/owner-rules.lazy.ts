// What an owner needs for the rules that most shares do not have: the access log, who knocks, recipients, what came by a
// request link. One late script: lazy<typeof OwnerRules>("owner-rules").
export { logKey, openLog } from "./access-log.ts";
export { parseRecipients } from "./age-keys.ts";
export { changeRecipients } from "./change-recipients.ts";
export { admission, ownerAnswer, ownerWords } from "./knock.ts";
export { sealLocks } from "./locks.ts";
export { mailboxRecipient, openPosts } from "./posts.ts";
export { heldR } from "./reseal.ts";
