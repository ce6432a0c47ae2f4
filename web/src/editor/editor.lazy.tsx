// Loaded when somebody first wants to edit a photo. It renders with its own copy of preact into an element of its own, and
// gets its words from the page.
import { render } from "preact";
import { Editor, type EditorProps } from "./editor.tsx";

/** Opens the editor and resolves with what is to be done to the photo; undefined where nothing is to change. */
export function edit(props: Omit<EditorProps, "onDone">): Promise<EditorProps["edits"] | undefined> {
  const before = document.activeElement;
  const host = document.body.appendChild(document.createElement("div"));
  return new Promise((resolve) => {
    const onDone: EditorProps["onDone"] = (edits) => {
      render(null, host);
      host.remove();
      if (before instanceof HTMLElement) before.focus();
      resolve(edits);
    };
    render(<Editor {...props} onDone={onDone} />, host);
  });
}
