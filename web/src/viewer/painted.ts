// Marks for measuring: when the first photo's pixels were on the screen. Each is set once.

const marked = new Set<string>();

/** Sets safelight:preview or safelight:view after the frame that shows the image. A view counts as a preview, too. */
export async function markPainted(what: "preview" | "view", image: HTMLImageElement): Promise<void> {
  if (marked.has(what)) return;
  await image.decode().catch(() => {});
  requestAnimationFrame(() => requestAnimationFrame(() => mark(what)));
}

function mark(what: "preview" | "view"): void {
  if (what === "view") mark("preview");
  if (marked.has(what)) return;
  marked.add(what);
  performance.mark(`safelight:${what}`);
}
