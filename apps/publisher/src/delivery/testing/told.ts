import type { Entry } from '@relay/contracts';

/** An entry in a few words: the payload of a message, all that a gap says. */
export function told(entry: Entry): string {
  if (entry.kind === 'message') return Buffer.from(entry.payload).toString();
  return `${entry.reason} ${entry.from} ${entry.to} ${entry.count}`;
}
