import common from "./de/common.json";
import gallery from "./de/gallery.json";
import inspect from "./de/inspect.json";
import manage from "./de/manage.json";
import request from "./de/request.json";
import send from "./de/send.json";
import view from "./de/view.json";
import rules from "./de/view-rules.json";

export default { ...common, ...send, ...view, ...manage, ...inspect, ...gallery, ...rules, ...request };
