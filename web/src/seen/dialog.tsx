// The share as those will see it who get the link: their page, at the size of their screen, made of what would be sent now.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { isGated } from "../format/gates.ts";
import { t } from "../lib/words.ts";
import type { Opened } from "../model/view-state.ts";
import { Icon } from "../ui/icon.tsx";
import { DoorPage } from "../viewer/door.tsx";
import { GatePage } from "../viewer/gate.tsx";
import { Room } from "../viewer/room.tsx";
import { type Draft, gateOf, goes } from "./draft.ts";
import { Frame } from "./frame.tsx";
import { Local } from "./local.ts";
import { desktop, phone, small as smallWindow, thisPhone } from "./screens.ts";
import { after, gateAt, knockingAt, type Step, stepAt, stepsOf } from "./steps.ts";

export interface SeenProps {
  readonly draft: Draft;
  readonly close: () => void;
}

export function Seen({ draft, close }: SeenProps) {
  const [sharper, setSharper] = useState({ making: false, made: 0 });
  const local = useMemo(
    () => new Local(Date.now(), (making) => setSharper(({ made }) => ({ making, made: made + 1 }))),
    [],
  );
  useEffect(() => () => local.close(), [local]);
  const share = useShare(local, draft, sharper.made);
  const [chosen, setScreen] = useState(phone);
  const small = useMedia(smallWindow);
  const [went, go] = useState<Step>();
  const [off, setOff] = useState(0);
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => head.current?.focus(), []);
  const screen = small ? thisPhone : chosen;
  const steps: readonly Step[] = share ? stepsOf(share.statement) : ["photos"];
  const step = stepAt(went, steps);
  return (
    <>
      <div class="seen-head">
        <h2 id="seen-title" tabIndex={-1} ref={head}>
          {t("seen.title")}
        </h2>
        {steps.length > 1 ? (
          <Choice
            name="seen-step"
            label={t("seen.step")}
            options={steps}
            at={step}
            words={(name) => t(`seen.${name}`)}
            choose={go}
          />
        ) : null}
        {small ? null : (
          <Choice
            name="seen-size"
            label={t("seen.size")}
            options={["phone", "desktop"]}
            at={chosen.name}
            words={(name) => t(`seen.${name}`)}
            choose={(name) => setScreen(name === "phone" ? phone : desktop)}
          />
        )}
        <button type="button" class="btn icon-only" aria-label={t("close")} data-testid="seen-close" onClick={close}>
          <Icon name="close" />
        </button>
      </div>
      <Frame
        screen={screen}
        label={t(`seen.frame.${screen.name}`)}
        onOff={() => setOff(off + 1)}
        onZoom={(i) => void local.lookAt(draft, i)}
        revision={share}
      >
        <Page share={share} local={local} draft={draft} step={step} go={(to) => go(to ?? after(step, steps))} />
      </Frame>
      <Said draft={draft} off={off} step={step} sharper={sharper.making} />
    </>
  );
}

interface ChoiceProps<Name extends string> {
  readonly name: string;
  readonly label: string;
  readonly options: readonly Name[];
  readonly at: Name;
  readonly words: (name: Name) => string;
  readonly choose: (name: Name) => void;
}

function Choice<Name extends string>({ name, label, options, at, words, choose }: ChoiceProps<Name>) {
  return (
    <fieldset class={options.length > 3 ? "choices many" : "choices"}>
      <legend class="vh">{label}</legend>
      {options.map((option) => (
        <label key={option}>
          <input
            type="radio"
            name={name}
            data-testid={`seen-${option}`}
            checked={option === at}
            onChange={() => choose(option)}
          />
          <span>{words(option)}</span>
        </label>
      ))}
    </fieldset>
  );
}

interface PageProps {
  readonly share: Opened | undefined;
  readonly local: Local;
  readonly draft: Draft;
  readonly step: Step;
  /** Without a step: to the next one. */
  readonly go: (step?: Step) => void;
}

/** The page of the link. Its buttons lead on, and do nothing else. */
function Page({ share, local, draft, step, go }: PageProps) {
  const now = useMemo(() => Date.now(), []);
  if (!share || share.photos.length === 0) return null;
  const gate = gateOf(share);
  switch (step) {
    case "gate":
    case "admitted":
      return (
        <GatePage
          key={step}
          gate={gateAt(step, gate)}
          press={() => go("photos")}
          ask={() => go()}
          cancel={() => undefined}
        />
      );
    case "door":
    case "words":
      return <DoorPage gate={gate} knocking={knockingAt(step, now)} cancel={() => go("gate")} />;
    case "photos":
      // Where photos go or change places, what was shown belongs to other numbers.
      return (
        <Room
          key={draft.photos
            .filter(goes)
            .map(({ key }) => key)
            .join()}
          share={share}
          read={local.read}
          reading={local.reading}
        />
      );
    default:
      return step satisfies never;
  }
}

interface SaidProps {
  readonly draft: Draft;
  /** Counts presses of what is switched off. */
  readonly off: number;
  readonly step: Step;
  /** Something finer than what is on the screen is being made. */
  readonly sharper: boolean;
}

/** What is not shown yet, or not at all; else what does nothing here. */
function Said({ draft: { photos }, off, step, sharper }: SaidProps) {
  const coming = photos.filter((photo) => goes(photo) && photo.work.kind !== "ready").length;
  const refused = photos.filter((photo) => !goes(photo)).length;
  return (
    <p class="seen-said" role="status" data-testid="seen-said" data-coming={coming}>
      {off > 0 ? <b key={off}>{t("seen.off")} </b> : null}
      {coming > 0 ? `${t("seen.coming", { n: coming })} ` : ""}
      {refused > 0 ? `${t("seen.refused", { n: refused })} ` : ""}
      {sharper ? `${t("seen.sharper")} ` : ""}
      {step === "door" || step === "words" ? `${t(`seen.${step}.note`)} ` : ""}
      {t("seen.note")}
    </p>
  );
}

/** The latest share of a draft; older ones that are ready later are dropped. made: what was made for it since. */
function useShare(local: Local, draft: Draft, made: number): Opened | undefined {
  const [share, setShare] = useState<Opened>();
  useLayoutEffect(() => {
    let left = false;
    void local.share(draft).then((made) => left || setShare(made));
    return () => {
      left = true;
    };
  }, [local, draft, made]);
  return share;
}

function useMedia(query: string): boolean {
  const media = useMemo(() => matchMedia(query), [query]);
  const [matches, setMatches] = useState(media.matches);
  useEffect(() => {
    const look = () => setMatches(media.matches);
    media.addEventListener("change", look);
    return () => media.removeEventListener("change", look);
  }, [media]);
  return matches;
}
