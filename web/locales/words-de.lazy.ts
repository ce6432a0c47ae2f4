import access from "./de/access.json";
import common from "./de/common.json";
import gallery from "./de/gallery.json";
import inspect from "./de/inspect.json";
import manage from "./de/manage.json";
import panorama from "./de/panorama.json";
import request from "./de/request.json";
import seen from "./de/seen.json";
import send from "./de/send.json";
import slide from "./de/slide.json";
import view from "./de/view.json";
import fail from "./de/view-fail.json";
import rules from "./de/view-rules.json";

export default {
  ...common,
  ...access,
  ...send,
  ...view,
  ...manage,
  ...inspect,
  ...panorama,
  ...slide,
  ...gallery,
  ...fail,
  ...rules,
  ...request,
  ...seen,
};
