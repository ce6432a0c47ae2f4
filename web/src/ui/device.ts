// What a device may or may not be able to do. Plain HTTP, as in a home network, has no clipboard, share sheet or wake
// lock: each has a fall-back, nothing depends on one.

/** Copies text. False when only a person can: then the text is selected. */
export async function copy(text: string, shown: Element | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return shown !== null && copySelected(shown);
  }
}

function copySelected(shown: Element): boolean {
  const selection = getSelection();
  if (!selection) return false;
  const range = document.createRange();
  range.selectNodeContents(shown);
  selection.removeAllRanges();
  selection.addRange(range);
  // Deprecated, and the only way without a secure context. It copies what is selected, which is exactly the text.
  return document.execCommand("copy");
}

export function canShare(url: string): boolean {
  return typeof navigator.share === "function" && (navigator.canShare?.({ url }) ?? true);
}

/** Opens the system's share sheet. Closing it is no error. */
export async function share(url: string): Promise<void> {
  try {
    await navigator.share({ url });
  } catch {
    // Closed without choosing, or refused: the link is still on the screen.
  }
}

/** Keeps the screen on until the returned function is called. Devices without wake locks go their own way. */
export function keepAwake(): () => void {
  let lock: WakeLockSentinel | undefined;
  let wanted = true;
  const ask = async () => {
    if (!("wakeLock" in navigator) || document.visibilityState !== "visible") return;
    try {
      lock = await navigator.wakeLock.request("screen");
      if (!wanted) await lock.release();
    } catch {
      // Low battery, or not allowed.
    }
  };
  // The system takes the lock away with every hidden tab.
  document.addEventListener("visibilitychange", ask);
  void ask();
  return () => {
    wanted = false;
    document.removeEventListener("visibilitychange", ask);
    void lock?.release().catch(() => undefined);
  };
}

/** Warns before the tab is closed, until the returned function is called. */
export function warnBeforeLeaving(): () => void {
  const warn = (event: BeforeUnloadEvent) => event.preventDefault();
  addEventListener("beforeunload", warn);
  return () => removeEventListener("beforeunload", warn);
}

/** Waits for ms, and as long as the device says that it is offline; at most a minute, since it may be wrong. */
export function settled(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener("online", go);
      signal.removeEventListener("abort", stop);
    };
    const go = () => {
      end();
      resolve();
    };
    const stop = () => {
      end();
      reject(signal.reason);
    };
    const timer = setTimeout(go, navigator.onLine ? ms : 60_000);
    addEventListener("online", go);
    signal.addEventListener("abort", stop);
  });
}
