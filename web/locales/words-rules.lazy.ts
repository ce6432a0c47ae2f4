// The view page's words for rules that most shares do not have: keys, asking first, the access log.
import rules from "./en/view-rules.json";

export default rules;
