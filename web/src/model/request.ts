// Drives the page that sends to who asked: looks whom the link sends to, lets the send model send what is chosen, and puts the
// view code of the share into the mailbox as soon as it opens. It renders nothing.
import { pause } from "../api/http.ts";
import type { openMailboxAt, postTo } from "../api/mailbox.ts";
import type { Bytes } from "../format/bytes.ts";
import { postToken, readToken } from "../format/kdf.ts";
import { type MailboxDocument, openMailbox } from "../format/mailbox.ts";
import type { sealPost } from "../format/posts.ts";
import { codeOf, type RequestCode, RequestError, type RequestState } from "./request-state.ts";
import type { SendModel } from "./send.ts";
import { Courier, type SendFault } from "./send-courier.ts";
import { lifetimeText } from "./send-rules.ts";

/** What a request link opens with. */
export interface RequestLink {
  readonly id: Bytes;
  readonly view: Bytes;
}

export interface RequestPorts {
  readonly api: { readonly openMailboxAt: typeof openMailboxAt; readonly postTo: typeof postTo };
  readonly sealPost: typeof sealPost;
  readonly faultOf: (thrown: unknown) => SendFault;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** A send model whose shares are created in the name of this mailbox. */
  readonly sender: (link: RequestLink, changed: () => void) => SendModel;
  readonly now: () => number;
}

const retryPause = 8000;
const mostPosts = 200;
const hour = 3_600_000;

export class Requesting {
  state: RequestState = { at: "opening" };
  /** What is being sent; there as soon as the link was read. */
  send: SendModel | undefined;
  /** Why the post waits; the photos themselves have arrived. */
  paused: SendFault | undefined;
  readonly #ports: RequestPorts;
  readonly #changed: () => void;
  readonly #readLink: () => RequestLink;
  #run = new AbortController();
  #link: RequestLink | undefined;
  #mailbox: MailboxDocument | undefined;
  #skew = 0;
  #posted: "no" | "posting" | "yes" = "no";
  #courier: Courier | undefined;

  /** readLink parses the fragment; it throws FormatError. changed is called after every change of what can be read here. */
  constructor(ports: RequestPorts, readLink: () => RequestLink, changed: () => void) {
    this.#ports = ports;
    this.#readLink = readLink;
    this.#changed = changed;
  }

  #show(state: RequestState): void {
    if (this.state.at === "left") return;
    this.state = state;
    this.#changed();
  }

  /** Begins with the link that is there now, or tries again. */
  async start(): Promise<void> {
    this.#run.abort();
    this.#run = new AbortController();
    const { signal } = this.#run;
    this.#show({ at: "opening" });
    try {
      this.#link ??= this.#readLink();
      this.#mailbox = await this.#look(this.#link, signal);
      this.send ??= this.#ports.sender(this.#link, () => this.#sendChanged());
      this.#show({ at: "ready" });
    } catch (error) {
      if (!signal.aborted) this.#fail(codeOf(error));
    }
  }

  /** Believes nothing that the maker has not signed. */
  async #look({ id, view }: RequestLink, signal: AbortSignal): Promise<MailboxDocument> {
    const reply = await this.#ports.api.openMailboxAt(id, readToken(view, id), signal);
    const mailbox = openMailbox(reply.document, reply.signature, id);
    this.#skew = reply.now - this.#ports.now();
    if (mailbox.expires <= reply.now) throw new RequestError("ended");
    if (mailbox.open === 0) throw new RequestError("closed");
    if (reply.stored >= mostPosts) throw new RequestError("full");
    return mailbox;
  }

  #fail(code: RequestCode): void {
    if (code !== "unreachable") {
      this.#show({ at: "failed", code });
      return;
    }
    this.#show({ at: "failed", code, retryAt: this.#ports.now() + retryPause });
    pause(retryPause, this.#run.signal).then(
      () => this.start(),
      () => {},
    );
  }

  /** Photos were chosen: they go at once. There is nothing else to decide here. */
  add(files: readonly File[]): void {
    const { send } = this;
    if (!send || this.state.at !== "ready" || send.phase !== "choosing") return;
    send.prepare.add(files);
    this.#go();
  }

  /** Sends what is chosen; also again after a failure. */
  #go(): void {
    const { send } = this;
    if (!send || send.prepare.photos.length === 0) return;
    this.#posted = "no";
    send.set({ expires: lifetimeText(this.#lifetime(send)) });
    void send.send();
  }

  /** As long as the maker may look into the mailbox, and no shorter than shares usually are. */
  #lifetime({ site }: SendModel): number {
    const left = (this.#mailbox?.expires ?? 0) - this.#ports.now() - this.#skew;
    const wanted = Math.ceil(Math.max(left, site.lifetime) / hour) * hour;
    return Math.min(wanted, Math.max(hour, Math.floor(site.longest / hour) * hour));
  }

  #sendChanged(): void {
    const { send } = this;
    if (!send) return;
    // Nobody is asked here whether a photo may be converted whose hidden information cannot be taken out in place.
    for (const { key } of send.prepare.unconverted) send.prepare.convert(key);
    const open = send.phase === "opens" || send.phase === "complete";
    if (open && this.#posted === "no") void this.#post(send.sending?.share?.viewCode ?? "");
    if (send.phase === "complete" && this.#posted === "yes" && this.state.at === "ready")
      this.#show({ at: "delivered", photos: send.photos.length });
    else this.#changed();
  }

  /** Tells the maker. Tried until it arrives: the photos are there, and nobody else knows of them. */
  async #post(viewCode: string): Promise<void> {
    const [link, mailbox] = [this.#link, this.#mailbox];
    if (!link || !mailbox) return;
    this.#posted = "posting";
    const { signal } = this.#run;
    const { faultOf, sleep, api, sealPost: seal } = this.#ports;
    this.#courier = new Courier({ faultOf, sleep, paused: (fault) => this.#pausedBy(fault) }, signal);
    try {
      const sealed = await seal(mailbox.recipient, link.view, link.id, viewCode);
      const token = postToken(link.view, link.id);
      await this.#courier.deliver((now) => api.postTo(link.id, token, sealed, now));
      this.#posted = "yes";
      this.#sendChanged();
    } catch (error) {
      if (!signal.aborted) await this.#undeliverable(codeOf(error));
    }
  }

  #pausedBy(fault: SendFault | undefined): void {
    this.paused = fault;
    this.#changed();
  }

  /** Photos that nobody is told of are of no use to anybody: they are deleted. */
  async #undeliverable(code: RequestCode): Promise<void> {
    await this.send?.cancel();
    this.#fail(code === "unreachable" ? "failed" : code);
  }

  /** Goes on after a pause. */
  resume(): void {
    this.#courier?.resume();
    this.send?.resume();
  }

  /** Stops, and deletes what has arrived. */
  async cancel(): Promise<void> {
    const { send } = this;
    this.#run.abort();
    this.#run = new AbortController();
    this.paused = undefined;
    const cancelled = send?.cancel();
    send?.prepare.clear();
    await cancelled;
  }

  /** The same photos once more, after the send model has failed. */
  again(): void {
    this.send?.again();
    this.#go();
  }

  /** Other photos, after these were delivered. */
  more(): void {
    this.send?.again();
    this.#posted = "no";
    void this.start();
  }

  /** Forgets everything: the page is being left. */
  leave(): void {
    this.#run.abort();
    this.#link?.view.fill(0);
    this.#show({ at: "left" });
  }
}
