import common from "./de/common.json";
import inspect from "./de/inspect.json";
import manage from "./de/manage.json";
import send from "./de/send.json";
import view from "./de/view.json";

export default { ...common, ...send, ...view, ...manage, ...inspect };
