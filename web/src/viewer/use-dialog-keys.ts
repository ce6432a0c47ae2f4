// The keys of a dialog over the room, heard wherever in it the focus is.
import { useEffect } from "preact/hooks";

/** act: true when the key meant something. */
export function useDialogKeys(dialog: HTMLElement, act: (event: KeyboardEvent) => boolean): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (act(event)) event.preventDefault();
    };
    dialog.addEventListener("keydown", onKey);
    return () => dialog.removeEventListener("keydown", onKey);
  });
}
