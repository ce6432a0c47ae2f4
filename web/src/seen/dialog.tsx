// The share as those will see it who get the link: their page, at the size of their screen, made of what would be sent now.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { t } from "../lib/words.ts";
import { isGated } from "../model/opening.ts";
import type { Opened } from "../model/view-state.ts";
import { Icon } from "../ui/icon.tsx";
import { DoorPage } from "../viewer/door.tsx";
import { GatePage } from "../viewer/gate.tsx";
import { Room } from "../viewer/room.tsx";
import { type Draft, gateOf, goes } from "./draft.ts";
import { Frame } from "./frame.tsx";
import { Local } from "./local.ts";
import { desktop, phone, small as smallWindow, thisPhone } from "./screens.ts";

export interface SeenProps {
  readonly draft: Draft;
  readonly close: () => void;
}

/** What they see: the page before it opens, that of somebody who waits to be let in, the photos. */
type Step = "gate" | "door" | "photos";

/** So long a request to be let in lives. */
const knockLifetime = 15 * 60_000;

export function Seen({ draft, close }: SeenProps) {
  const local = useMemo(() => new Local(Date.now()), []);
  const share = useShare(local, draft);
  const [chosen, setScreen] = useState(phone);
  const small = useMedia(smallWindow);
  const [went, go] = useState<Step>();
  const [off, setOff] = useState(0);
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => head.current?.focus(), []);
  const screen = small ? thisPhone : chosen;
  const gated = share !== undefined && isGated(share.statement);
  const step = gated ? (went ?? "gate") : "photos";
  return (
    <>
      <div class="seen-head">
        <h2 id="seen-title" tabIndex={-1} ref={head}>
          {t("seen.title")}
        </h2>
        {gated ? (
          <Choice
            name="seen-step"
            label={t("seen.step")}
            options={["gate", "photos"]}
            at={step === "door" ? "gate" : step}
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
      <Frame screen={screen} label={t(`seen.frame.${screen.name}`)} onOff={() => setOff(off + 1)}>
        <Page share={share} local={local} draft={draft} step={step} go={go} />
      </Frame>
      <Said draft={draft} off={off} />
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
    <fieldset class="choices">
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
  readonly go: (step: Step) => void;
}

/** The page of the link. Its buttons lead on, and do nothing else. */
function Page({ share, local, draft, step, go }: PageProps) {
  const until = useMemo(() => Date.now() + knockLifetime, []);
  if (!share || share.photos.length === 0) return null;
  const gate = gateOf(share);
  switch (step) {
    case "gate":
      return <GatePage gate={gate} press={() => go("photos")} ask={() => go("door")} cancel={() => undefined} />;
    case "door":
      return (
        <DoorPage
          gate={gate}
          knocking={{ step: "waiting", until, slow: false, away: false }}
          cancel={() => go("gate")}
        />
      );
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

/** What is not shown yet, or not at all; else what does nothing here. off counts presses of what is switched off. */
function Said({ draft: { photos }, off }: { readonly draft: Draft; readonly off: number }) {
  const coming = photos.filter((photo) => goes(photo) && photo.work.kind !== "ready").length;
  const refused = photos.filter((photo) => !goes(photo)).length;
  return (
    <p class="seen-said" role="status" data-testid="seen-said" data-coming={coming}>
      {off > 0 ? <b key={off}>{t("seen.off")} </b> : null}
      {coming > 0 ? `${t("seen.coming", { n: coming })} ` : ""}
      {refused > 0 ? `${t("seen.refused", { n: refused })} ` : ""}
      {t("seen.note")}
    </p>
  );
}

/** The latest share of a draft; older ones that are ready later are dropped. */
function useShare(local: Local, draft: Draft): Opened | undefined {
  const [share, setShare] = useState<Opened>();
  useLayoutEffect(() => {
    let left = false;
    void local.share(draft).then((made) => left || setShare(made));
    return () => {
      left = true;
    };
  }, [local, draft]);
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
