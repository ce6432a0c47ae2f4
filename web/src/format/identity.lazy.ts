// The keys of named recipients, for who opens a share with one. Loaded when somebody gives a key.
export { classicRecipient } from "./age-keys.ts";
export { openLocks, openLocksByScalar } from "./locks.ts";
