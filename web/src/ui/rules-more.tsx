// The rules that are switches: what leaves the device, who may open it, and what is noted.
import type { ComponentChildren } from "preact";
import { t } from "../lib/words.ts";
import type { SendModel } from "../model/send.ts";
import type { RuleFields } from "../model/send-rules.ts";
import { RecipientsField } from "./recipients-field.tsx";

type Switch = "pixelsOnly" | "keepCaption" | "named" | "askFirst" | "log" | "borrowed";

const testIds: { readonly [field in Switch]: string } = {
  pixelsOnly: "pixels-only",
  keepCaption: "keep-caption",
  named: "named",
  askFirst: "ask-first",
  log: "access-log",
  borrowed: "borrowed",
};

interface CheckProps {
  readonly field: Switch;
  readonly model: SendModel;
  readonly children?: ComponentChildren;
}

/** A switch with what it does beside it; children are what else it needs once it is on. */
function Check({ field, model, children }: CheckProps) {
  const on = model.fields[field];
  return (
    <>
      <label class="check">
        <input
          type="checkbox"
          data-testid={testIds[field]}
          checked={on}
          onChange={(event) => model.set({ [field]: event.currentTarget.checked } as Partial<RuleFields>)}
        />
        <span>{t(`switch.${field}`)}</span>
        <small>{t(`switch.${field}.says`)}</small>
      </label>
      {on ? children : null}
    </>
  );
}

export function RulesMore({ model }: { readonly model: SendModel }) {
  const { fields, faults } = model;
  return (
    <>
      <hr />
      <fieldset class="checks">
        <legend class="label">{t("switches.content")}</legend>
        <Check field="pixelsOnly" model={model}>
          <p class="hint aside">{t("switch.pixelsOnly.not")}</p>
        </Check>
        <Check field="keepCaption" model={model} />
      </fieldset>
      <hr />
      <fieldset class="checks">
        <legend class="label">{t("switches.people")}</legend>
        <Check field="named" model={model}>
          <RecipientsField
            recipients={fields.recipients}
            missing={faults.recipients !== undefined}
            onChange={(recipients) => model.set({ recipients })}
          />
        </Check>
        <Check field="askFirst" model={model} />
      </fieldset>
      <hr />
      <fieldset class="checks">
        <legend class="label">{t("switches.after")}</legend>
        <Check field="log" model={model}>
          <p class="hint aside">{t("switch.log.not")}</p>
        </Check>
        <Check field="borrowed" model={model}>
          {fields.askFirst ? <p class="hint aside">{t("switch.borrowed.ask")}</p> : null}
        </Check>
      </fieldset>
    </>
  );
}
