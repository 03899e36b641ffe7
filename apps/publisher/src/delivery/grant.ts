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
