// Long lists: an item is drawn whole while it is near the window, and is only its place elsewhere. A share may have 2,000.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

/** How far beyond the window items are drawn: about one screen, so that scrolling finds them there. */
const margin = "800px 0px";

const heard = new WeakMap<Element, (near: boolean, height: number) => void>();
let observer: IntersectionObserver | undefined;

function watch(element: Element, hear: (near: boolean, height: number) => void): () => void {
  observer ??= new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting, boundingClientRect: box } of entries)
        heard.get(target)?.(isIntersecting, box.height);
    },
    { rootMargin: margin },
  );
  heard.set(element, hear);
  observer.observe(element);
  return () => {
    heard.delete(element);
    observer?.unobserve(element);
  };
}

/**
 * Whether an item is near the window; first: what holds before that is known. An item that holds the focus stays. One that is
 * not drawn any more keeps the height that it had, as --kept.
 */
export function useNear<E extends HTMLElement>(first: boolean): { readonly near: boolean; ref: { current: E | null } } {
  const ref = useRef<E>(null);
  const [near, setNear] = useState(first);
  useEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    return watch(element, (now, height) => {
      const stays = now || element.contains(document.activeElement);
      if (!stays) element.style.setProperty("--kept", `${height}px`);
      setNear(stays);
    });
  }, []);
  useLayoutEffect(() => {
    if (near) ref.current?.style.removeProperty("--kept");
  }, [near]);
  return { near, ref };
}

/** How many of n items there are yet: the first at once, the others in turns, so that none takes long. */
export function useGrowing(n: number, step: number, first = step): number {
  const [there, setThere] = useState(Math.min(n, first));
  useEffect(() => {
    if (there >= n) return undefined;
    const timer = setTimeout(() => setThere(Math.min(n, there + step)), 0);
    return () => clearTimeout(timer);
  }, [n, there, step]);
  return Math.min(n, there);
}
