// What a tab remembers: its take ids, so that a reload costs no view, and the highest revision it has seen, so that an
// older statement does not come back. Neither opens anything. Without storage it remembers as long as the page lives.
import { type Bytes, fromHex, hex, random } from "../format/bytes.ts";

export interface Tab {
  /** The share's take id, made and kept before it is sent for the first time. */
  takeId(id: Bytes): Bytes;
  /** Whether a take was sent from this tab; it may have been counted. */
  hasAsked(id: Bytes): boolean;
  /** Whether a take from this tab was counted, so that another one is free. */
  hasTaken(id: Bytes): boolean;
  tookView(id: Bytes): void;
  /** False when a higher revision was seen before. */
  sees(id: Bytes, revision: number): boolean;
}

interface Store {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

export function openTab(storage: () => Store): Tab {
  const here = new Map<string, string>();
  const get = (key: string): string | null => {
    try {
      return here.get(key) ?? storage().getItem(key);
    } catch {
      return null;
    }
  };
  const set = (key: string, value: string) => {
    here.set(key, value);
    try {
      storage().setItem(key, value);
    } catch {
      // Blocked or full: what the page itself remembers has to do.
    }
  };
  const takeKey = (id: Bytes) => `safelight:take:${hex(id)}`;
  const tookKey = (id: Bytes) => `safelight:took:${hex(id)}`;
  const known = (id: Bytes) => /^[0-9a-f]{32}$/.exec(get(takeKey(id)) ?? "")?.[0];
  return {
    hasAsked: (id) => known(id) !== undefined,
    hasTaken: (id) => known(id) !== undefined && get(tookKey(id)) !== null,
    tookView: (id) => set(tookKey(id), "1"),
    takeId(id) {
      const kept = known(id) ?? hex(random(16));
      set(takeKey(id), kept);
      return fromHex(kept);
    },
    sees(id, revision) {
      const key = `safelight:seen:${hex(id)}`;
      const seen = Number(get(key) ?? 0);
      if (revision < seen) return false;
      set(key, String(revision));
      return true;
    },
  };
}
