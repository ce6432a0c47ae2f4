// Sending by a request link: the requests of any sender, except that the link is what lets one create a share.
import type { Bytes } from "../format/bytes.ts";
import type { SendFault } from "../model/send-courier.ts";
import type { SendApi } from "../model/send-run.ts";
import { ApiError } from "./errors.ts";
import { ask, bytesOf } from "./http.ts";
import { postAuthorization } from "./mailbox.ts";
import { sendApi, sendFault } from "./send.ts";

/** token: the post token of the mailbox with that id. */
export function requestApi(mailbox: Bytes, token: Bytes): SendApi {
  const headers = { Authorization: postAuthorization(mailbox, token) };
  return {
    ...sendApi(() => ""),
    create: async (id, body, signal) =>
      bytesOf(await ask(`shares/${id}/owner`, { method: "POST", body, headers, signal }), signal),
  };
}

/** sendFault, and what a mailbox answers beside it: closed, or, where it is gone, the token that is none any more. */
export function requestFault(thrown: unknown): SendFault {
  if (thrown instanceof ApiError && thrown.code === "closed") return { retry: "never", code: "closed" };
  if (thrown instanceof ApiError && thrown.code === "token") return { retry: "never", code: "ended" };
  return sendFault(thrown);
}
