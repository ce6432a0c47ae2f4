// The view page's words for what most shares do not have: keys, asking first, the access log; and for why one does not open.
import fail from "./en/view-fail.json";
import rules from "./en/view-rules.json";

export default { ...rules, ...fail };
