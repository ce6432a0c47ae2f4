// Where the viewer is: on a page of its own, or in a frame of another page that shows what its own will look like.

export interface Place {
  /** Where elements are looked for, and where styles of late scripts go. */
  readonly root: Document | ShadowRoot;
  /** What the room darkens, and what holds all that lies over the room. */
  readonly body: HTMLElement;
  /** Hears the keys. */
  readonly keys: EventTarget;
  /** Width and height that are filled, CSS pixels. */
  size(): readonly [number, number];
  /** How large one of its pixels is drawn. */
  scale(): number;
  title(text: string): void;
}

let place: Place | undefined;

export function here(): Place {
  place ??= {
    root: document,
    body: document.body,
    keys: globalThis,
    size: () => [innerWidth, innerHeight],
    scale: () => 1,
    title(text) {
      document.title = text;
    },
  };
  return place;
}

/** Moves the viewer of this script into a frame. A late script has a copy of this of its own: it gets the place as a part. */
export function moveTo(frame: Place): void {
  place = frame;
}
