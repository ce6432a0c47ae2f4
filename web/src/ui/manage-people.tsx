// Who may open a share beside holding the link: named people, and whether the owner is asked. One press seals it anew.
import { useEffect, useState } from "preact/hooks";
import type { People } from "../format/change-recipients.ts";
import { t } from "../lib/words.ts";
import type { Managed } from "../model/manage-state.ts";
import type { Recipient } from "../model/send-rules.ts";
import { Said, type SaidProps } from "./manage-said.tsx";
import { RecipientsField } from "./recipients-field.tsx";

interface Props {
  readonly share: Managed;
  readonly busy: boolean;
  readonly said: SaidProps;
  readonly setPeople: (people: People) => void;
}

export function PeoplePanel({ share: { statement, manifest }, busy, said, setPeople }: Props) {
  const { revision } = statement;
  const now = { named: statement.locks.length > 0, askFirst: statement.askFirst === 1 };
  const [named, setNamed] = useState(now.named);
  const [askFirst, setAskFirst] = useState(now.askFirst);
  const [recipients, setRecipients] = useState<readonly Recipient[]>([]);
  useEffect(() => {
    setNamed(now.named);
    setAskFirst(now.askFirst);
    setRecipients([]);
  }, [revision]);
  // What does not open cannot be sealed again.
  if (!manifest) return null;
  const missing = named && recipients.length === 0;
  const changed = named !== now.named || askFirst !== now.askFirst || recipients.length > 0;
  const set = (event: Event) => {
    event.preventDefault();
    if (!missing && changed) setPeople({ recipients: named ? recipients.map(({ text }) => text) : [], askFirst });
  };
  return (
    <section class="panel" data-testid="people" aria-labelledby="people-title">
      <div class="stack tight">
        <h2 id="people-title">{t("people.title")}</h2>
        <p class="small quiet">{t(inForce(now))}</p>
      </div>
      <Said {...said} />
      <form class="checks" onSubmit={set}>
        <label class="check">
          <input
            type="checkbox"
            data-testid="ask-first"
            checked={askFirst}
            onChange={(event) => setAskFirst(event.currentTarget.checked)}
          />
          <span>{t("people.ask")}</span>
          <small>{t("people.ask.says")}</small>
        </label>
        <label class="check">
          <input
            type="checkbox"
            data-testid="named"
            checked={named}
            onChange={(event) => setNamed(event.currentTarget.checked)}
          />
          <span>{t("people.named")}</span>
          <small>{t(now.named ? "people.named.again" : "people.named.says")}</small>
        </label>
        {named ? <RecipientsField recipients={recipients} missing={missing} onChange={setRecipients} /> : null}
        <button type="submit" class="btn start" data-testid="set-people" disabled={busy || missing || !changed}>
          {t("people.set")}
        </button>
        <p class="hint">{t("people.hint")}</p>
      </form>
    </section>
  );
}

interface InForce {
  readonly named: boolean;
  readonly askFirst: boolean;
}

function inForce({ named, askFirst }: InForce) {
  if (named) return askFirst ? "people.now.both" : "people.now.named";
  return askFirst ? "people.now.ask" : "people.now.anyone";
}
