// What stands before the photos of a share.
import type { Statement } from "./statement.ts";

/** Whether somebody has to do or to know something before it opens. With an access log they have to be told. */
export const isGated = (s: Statement): boolean => s.viewLimit > 0 || s.suite > 0 || usesR(s) || s.logKey.length > 0;

/** Whether opening needs R: there are named recipients, or the owner is asked first. */
export const usesR = (s: Statement): boolean => s.locks.length > 0 || s.askFirst === 1;
