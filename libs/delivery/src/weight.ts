import { type Entry, entryBytes } from '@relay/contracts';

/** What entries take of a window. */
export interface Weight {
  readonly bytes: number;
  /** The bytes of the largest of them. */
  readonly largest: number;
}

export function weightOf(entries: readonly Entry[]): Weight {
  let bytes = 0;
  let largest = 0;
  for (const entry of entries) {
    const size = entryBytes(entry);
    bytes += size;
    if (size > largest) largest = size;
  }
  return { bytes, largest };
}
