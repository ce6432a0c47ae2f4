// The screens that a share is looked at on before it is sent.

export interface Screen {
  readonly name: "phone" | "desktop";
  /** CSS pixels; 0: as wide and as high as there is room. */
  readonly width: number;
  readonly height: number;
}

export const phone: Screen = { name: "phone", width: 390, height: 844 };
export const desktop: Screen = { name: "desktop", width: 1280, height: 800 };
/** On a phone: this one. */
export const thisPhone: Screen = { name: "phone", width: 0, height: 0 };

/** Narrower or lower windows are phones: another size would only be hard to see there. */
export const small = "(max-width: 40rem), (max-height: 30rem)";
