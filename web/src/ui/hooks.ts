// Hooks of the pages for senders.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { keepAwake, warnBeforeLeaving } from "./device.ts";

/** An address for a blob, revoked when it is not shown any more. */
export function useBlobUrl(blob: Blob | undefined): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (!blob) return undefined;
    const made = URL.createObjectURL(blob);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  return blob ? url : undefined;
}

/** A field that shows what is in force whenever that changes, and holds what is typed in between. */
export function useField(inForce: string): { current: HTMLInputElement | null } {
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (field.current) field.current.value = inForce;
  }, [inForce]);
  return field;
}

/** Keeps the screen on and the tab open while something is on its way. */
export function useStayOpen(busy: boolean): void {
  useEffect(() => {
    if (!busy) return undefined;
    const ends = [keepAwake(), warnBeforeLeaving()];
    return () => {
      for (const end of ends) end();
    };
  }, [busy]);
}

/** Tries again every half minute, and when the network is back, while something waits for it. */
export function useRetry(waiting: boolean, retry: () => void): void {
  useEffect(() => {
    if (!waiting) return undefined;
    const timer = setInterval(retry, 30_000);
    addEventListener("online", retry);
    return () => {
      clearInterval(timer);
      removeEventListener("online", retry);
    };
  }, [waiting]);
}

/** The text, but changed at most every five seconds, so that a screen reader can finish its sentence. */
export function useCalm(text: string): string {
  const [said, setSaid] = useState(text);
  const last = useRef(0);
  useEffect(() => {
    const wait = Math.max(0, last.current + 5000 - Date.now());
    const timer = setTimeout(() => {
      last.current = Date.now();
      setSaid(text);
    }, wait);
    return () => clearTimeout(timer);
  }, [text]);
  return said;
}

/** Moves the focus to the head of a view that replaced another, so that the keyboard is not left behind. */
export function useArrive(phase: string): { current: HTMLHeadingElement | null } {
  const head = useRef<HTMLHeadingElement>(null);
  const before = useRef(phase);
  useEffect(() => {
    if (before.current !== phase) head.current?.focus();
    before.current = phase;
  }, [phase]);
  return head;
}

/** Files dropped or pasted anywhere on the page. Says whether some hang over it. */
export function useDrop(take: (files: readonly File[]) => void, active: boolean): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    if (!active) return undefined;
    const hasFiles = (data: DataTransfer | null) => data?.types.includes("Files") ?? false;
    const onOver = (event: DragEvent) => {
      if (!hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      setOver(true);
    };
    const onLeave = (event: DragEvent) => event.relatedTarget === null && setOver(false);
    const onDrop = (event: DragEvent) => {
      setOver(false);
      if (!hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      take([...(event.dataTransfer?.files ?? [])]);
    };
    const onPaste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length > 0) take(files);
    };
    addEventListener("dragover", onOver);
    addEventListener("dragleave", onLeave);
    addEventListener("drop", onDrop);
    addEventListener("paste", onPaste);
    return () => {
      removeEventListener("dragover", onOver);
      removeEventListener("dragleave", onLeave);
      removeEventListener("drop", onDrop);
      removeEventListener("paste", onPaste);
    };
  }, [take, active]);
  return over;
}
