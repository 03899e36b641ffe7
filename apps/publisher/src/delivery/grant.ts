import type { Welcome } from '@relay/contracts';
import { LIMITS } from '../limits.js';

/** What a consumer granted, as far as it is used: nobody can make this process hold any amount. */
export function boundGrant(welcome: Welcome): Welcome {
  const { window, maxEntryBytes } = welcome;
  return {
    ...welcome,
    window: {
      entries: Math.min(window.entries, LIMITS.windowEntries),
      bytes: Math.min(window.bytes, LIMITS.windowBytes),
    },
    maxEntryBytes: Math.min(maxEntryBytes, LIMITS.entryBytes),
  };
}

/** Whether less than what was granted is used. */
export function isLess({ window }: Welcome, granted: Welcome): boolean {
  return window.entries < granted.window.entries || window.bytes < granted.window.bytes;
}

/**
 * The bytes of frames that a consumer can have left unread if it acknowledges only what it has read: three
 * for each that the window counts, whatever script channels are written in, and what is around an entry.
 */
export function maxUnreadBytes({ window, maxEntryBytes }: Welcome): number {
  return 3 * Math.max(window.bytes, maxEntryBytes) + 256 * window.entries + LIMITS.frameBytes;
}
