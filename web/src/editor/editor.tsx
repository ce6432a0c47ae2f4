// The editor of one photo: turn it, cut it, black out or blur areas. What it makes is data (edits.ts); pixels are changed
// by a worker when it is done. Everything works with the keyboard alone.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import {
  type Box,
  between,
  type Corner,
  type Cover,
  corners,
  type Edits,
  isEdited,
  moved,
  noEdits,
  resized,
  turn,
  turned,
  unturned,
  whole,
} from "./edits.ts";

export type EditKey =
  | "edit.title"
  | "edit.hint"
  | "edit.left"
  | "edit.right"
  | "edit.black"
  | "edit.blur"
  | "edit.crop"
  | "edit.tool"
  | "edit.add"
  | "edit.blur-warning"
  | "edit.black-note"
  | "edit.crop-note"
  | "edit.box-black"
  | "edit.box-blur"
  | "edit.box-crop"
  | "edit.keys"
  | "edit.areas"
  | "edit.none"
  | "edit.remove"
  | "edit.undo"
  | "edit.reset"
  | "edit.cancel"
  | "edit.done";

export interface EditorProps {
  /** Not wider or higher than the screen needs; upright. The editor closes it. */
  readonly image: ImageBitmap;
  readonly n: number;
  readonly edits: Edits;
  readonly t: (key: EditKey, params?: { readonly n?: number }) => string;
  /** undefined: nothing is to change. */
  readonly onDone: (edits: Edits | undefined) => void;
}

type Tool = Cover | "crop";
const tools: readonly Tool[] = ["black", "blur", "crop"];

/** What a key moves by, as a fraction of the photo. */
const step = 0.01;
/** A drag that stays smaller was meant as a click. */
const click = 0.012;

const arrows: { readonly [key: string]: readonly [number, number] } = {
  ArrowLeft: [-step, 0],
  ArrowRight: [step, 0],
  ArrowUp: [0, -step],
  ArrowDown: [0, step],
};

export function Editor({ image, n, edits: first, t, onDone }: EditorProps) {
  const [past, setPast] = useState<readonly Edits[]>([]);
  const [edits, setEdits] = useState(first);
  const [tool, setTool] = useState<Tool>("black");
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    return () => image.close();
  }, [image]);
  const change = (next: Edits) => {
    setPast([...past, edits]);
    setEdits(next);
  };
  const undo = () => {
    const before = past.at(-1);
    if (!before) return;
    setPast(past.slice(0, -1));
    setEdits(before);
  };
  const add = (box: Box) => {
    if (tool === "crop") change({ ...edits, crop: box });
    else change({ ...edits, marks: [...edits.marks, { cover: tool, box }] });
  };
  return (
    <dialog class="editor" ref={dialog} aria-labelledby="edit-title" onCancel={() => onDone(undefined)}>
      <h2 id="edit-title">{t("edit.title", { n })}</h2>
      <p class="small quiet">{t("edit.hint")}</p>
      <Stage image={image} edits={edits} t={t} onDraw={add} onChange={change} />
      <div class="edit-tools">
        <fieldset class="choices">
          <legend class="vh">{t("edit.tool")}</legend>
          {tools.map((name) => (
            <label key={name}>
              <input type="radio" name="edit-tool" checked={tool === name} onChange={() => setTool(name)} />
              <span>{t(`edit.${name}`)}</span>
            </label>
          ))}
        </fieldset>
        <button type="button" class="btn" onClick={() => add(middle(edits, tool))}>
          {t("edit.add")}
        </button>
        <button type="button" class="btn" onClick={() => change({ ...edits, turns: turn(edits.turns, -1) })}>
          {t("edit.left")}
        </button>
        <button type="button" class="btn" onClick={() => change({ ...edits, turns: turn(edits.turns, 1) })}>
          {t("edit.right")}
        </button>
      </div>
      <p class="small" role="status">
        {t(tool === "blur" ? "edit.blur-warning" : tool === "crop" ? "edit.crop-note" : "edit.black-note")}
      </p>
      <Areas edits={edits} t={t} onChange={change} />
      <div class="edit-end">
        <button type="button" class="btn plain" disabled={past.length === 0} onClick={undo}>
          {t("edit.undo")}
        </button>
        <button type="button" class="btn plain" disabled={!isEdited(edits)} onClick={() => change(noEdits)}>
          {t("edit.reset")}
        </button>
        <span class="grow" />
        <button type="button" class="btn" onClick={() => onDone(undefined)}>
          {t("edit.cancel")}
        </button>
        <button type="button" class="btn primary" data-testid="edit-done" onClick={() => onDone(edits)}>
          {t("edit.done")}
        </button>
      </div>
    </dialog>
  );
}

/** Where a box begins that is added without a pointer: the middle of what is left of the photo. */
function middle({ crop }: Edits, tool: Tool): Box {
  const share = tool === "crop" ? 0.8 : 0.3;
  const [w, h] = [crop.w * share, crop.h * share];
  return { x: crop.x + (crop.w - w) / 2, y: crop.y + (crop.h - h) / 2, w, h };
}

interface StageProps {
  readonly image: ImageBitmap;
  readonly edits: Edits;
  readonly t: EditorProps["t"];
  readonly onDraw: (box: Box) => void;
  readonly onChange: (edits: Edits) => void;
}

/** A pointer's place on the picture as it stands there, in fractions of the picture before it is turned. */
function pointOf(event: PointerEvent, area: Element, turns: Edits["turns"]): readonly [number, number] {
  const { left, top, width, height } = area.getBoundingClientRect();
  const within = (value: number) => Math.min(Math.max(value, 0), 1);
  return unturned(within((event.clientX - left) / width), within((event.clientY - top) / height), turns);
}

function Stage({ image, edits, t, onDraw, onChange }: StageProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const area = useRef<HTMLDivElement>(null);
  const [drawn, setDrawn] = useState<Box>();
  const from = useRef<readonly [number, number] | undefined>(undefined);
  useLayoutEffect(() => {
    if (canvas.current) paint(canvas.current, image, edits.turns);
  }, [image, edits.turns]);
  const down = (event: PointerEvent) => {
    if (!area.current || event.target !== area.current) return;
    from.current = pointOf(event, area.current, edits.turns);
    area.current.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent) => {
    if (from.current && area.current) setDrawn(between(...from.current, ...pointOf(event, area.current, edits.turns)));
  };
  const up = () => {
    from.current = undefined;
    setDrawn(undefined);
    if (drawn && (drawn.w > click || drawn.h > click)) onDraw(drawn);
  };
  const isCropped = edits.crop !== whole && isEdited({ ...noEdits, crop: edits.crop });
  return (
    <div class="edit-stage">
      <div class="edit-picture">
        <canvas ref={canvas} />
        <div
          class="edit-area"
          ref={area}
          onPointerDown={down}
          onPointerMove={move}
          onPointerUp={up}
          onPointerCancel={up}
        >
          {isCropped ? (
            <Frame
              kind="crop"
              label={t("edit.box-crop")}
              keys={t("edit.keys")}
              box={edits.crop}
              turns={edits.turns}
              area={area}
              onChange={(crop) => onChange({ ...edits, crop })}
              onRemove={() => onChange({ ...edits, crop: whole })}
            />
          ) : null}
          {edits.marks.map((mark, i) => (
            <Frame
              // biome-ignore lint/suspicious/noArrayIndexKey: a mark is its place in the list
              key={i}
              kind={mark.cover}
              label={t(`edit.box-${mark.cover}`, { n: i + 1 })}
              keys={t("edit.keys")}
              box={mark.box}
              turns={edits.turns}
              area={area}
              onChange={(box) => onChange({ ...edits, marks: edits.marks.with(i, { ...mark, box }) })}
              onRemove={() => onChange({ ...edits, marks: edits.marks.toSpliced(i, 1) })}
            />
          ))}
          {drawn ? <Ghost box={turned(drawn, edits.turns)} /> : null}
        </div>
      </div>
    </div>
  );
}

function paint(canvas: HTMLCanvasElement, image: ImageBitmap, turns: Edits["turns"]): void {
  const across = turns % 2 === 0;
  canvas.width = across ? image.width : image.height;
  canvas.height = across ? image.height : image.width;
  const context = canvas.getContext("2d");
  if (!context) return;
  context.translate(canvas.width / 2, canvas.height / 2);
  context.rotate((turns * Math.PI) / 2);
  context.drawImage(image, -image.width / 2, -image.height / 2);
}

/** Lays an element over a box. The page's policy forbids style attributes; script may set styles. */
function usePlaced(box: Box) {
  const element = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const { style } = element.current ?? {};
    if (!style) return;
    style.left = `${100 * box.x}%`;
    style.top = `${100 * box.y}%`;
    style.width = `${100 * box.w}%`;
    style.height = `${100 * box.h}%`;
  });
  return element;
}

function Ghost({ box }: { readonly box: Box }) {
  const element = usePlaced(box);
  return <div class="edit-ghost" ref={element as never} />;
}

interface FrameProps {
  readonly kind: Tool;
  readonly label: string;
  readonly keys: string;
  readonly box: Box;
  readonly turns: Edits["turns"];
  readonly area: { readonly current: HTMLElement | null };
  readonly onChange: (box: Box) => void;
  readonly onRemove: () => void;
}

/** A box on the picture: dragged by its middle and its corners, moved by arrows, resized by them with Shift. */
function Frame({ kind, label, keys, box, turns, area, onChange, onRemove }: FrameProps) {
  const [held, setHeld] = useState<Box>();
  const grip = useRef<{ readonly at: readonly [number, number]; readonly corner: Corner | undefined } | undefined>(
    undefined,
  );
  const element = usePlaced(turned(held ?? box, turns));
  const down = (event: PointerEvent) => {
    if (!area.current) return;
    event.stopPropagation();
    const corner = (event.target as HTMLElement).dataset["corner"] as Corner | undefined;
    grip.current = { at: pointOf(event, area.current, turns), corner: corner && unturnedCorner(corner, turns) };
    element.current?.setPointerCapture(event.pointerId);
    element.current?.focus();
  };
  const move = (event: PointerEvent) => {
    if (!grip.current || !area.current) return;
    const [x, y] = pointOf(event, area.current, turns);
    const { at, corner } = grip.current;
    setHeld(corner ? resized(box, corner, x - at[0], y - at[1]) : moved(box, x - at[0], y - at[1]));
  };
  const up = () => {
    grip.current = undefined;
    setHeld(undefined);
    if (held) onChange(held);
  };
  const key = (event: KeyboardEvent) => {
    const arrow = arrows[event.key];
    if (event.key === "Delete" || event.key === "Backspace") onRemove();
    else if (arrow) {
      const [x, y] = unturned(0.5 + arrow[0], 0.5 + arrow[1], turns);
      const corner = unturnedCorner("se", turns);
      onChange(event.shiftKey ? resized(box, corner, x - 0.5, y - 0.5) : moved(box, x - 0.5, y - 0.5));
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <button
      type="button"
      class={`edit-frame is-${kind}`}
      ref={element as never}
      aria-label={`${label}. ${keys}`}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={up}
      onKeyDown={key}
    >
      {corners.map((corner) => (
        <span key={corner} class={`edit-corner is-${corner}`} data-corner={corner} />
      ))}
    </button>
  );
}

/** Which corner of a box, before it was turned, a corner on the screen is. */
export function unturnedCorner(corner: Corner, turns: Edits["turns"]): Corner {
  const around: readonly Corner[] = ["nw", "ne", "se", "sw"];
  return around[(around.indexOf(corner) - turns + 4) % 4] ?? corner;
}

interface AreasProps {
  readonly edits: Edits;
  readonly t: EditorProps["t"];
  readonly onChange: (edits: Edits) => void;
}

/** The covered areas as a list, for who does not see where they are. */
function Areas({ edits, t, onChange }: AreasProps) {
  return (
    <section class="edit-areas">
      <h3 class="small strong">{t("edit.areas")}</h3>
      {edits.marks.length === 0 ? <p class="small quiet">{t("edit.none")}</p> : null}
      <ul>
        {edits.marks.map((mark, i) => {
          const name = t(`edit.box-${mark.cover}`, { n: i + 1 });
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a mark is its place in the list
            <li key={i} class="row">
              <span class="small">{name}</span>
              <button
                type="button"
                class="btn plain"
                aria-label={`${t("edit.remove")}: ${name}`}
                onClick={() => onChange({ ...edits, marks: edits.marks.toSpliced(i, 1) })}
              >
                {t("edit.remove")}
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
