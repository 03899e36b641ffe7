import type { TrackedOutbox } from '@relay/delivery';

export const PUBLISHER_STATES = ['connected', 'left', 'lost'] as const;

/** `left` with a goodbye, `lost` without. */
export type PublisherState = (typeof PUBLISHER_STATES)[number];

export function stateOf({
  connection,
  hasLeft,
}: Pick<TrackedOutbox<unknown>, 'connection' | 'hasLeft'>): PublisherState {
  if (connection !== undefined) return 'connected';
  return hasLeft ? 'left' : 'lost';
}
