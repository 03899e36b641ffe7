import type { Redis } from 'ioredis';

/** Whether it is a pattern, to be subscribed with PSUBSCRIBE. */
export function isPattern(channel: string): boolean {
  return /[*?[]/.test(channel);
}

/** Redis delivers a message once for each subscription that matches it. */
export function mayOverlap(channels: readonly string[]): boolean {
  return channels.length > 1 && channels.some(isPattern);
}

/**
 * Asks for no more of `channels`; settles when Redis has answered. By name, since ioredis takes an
 * UNSUBSCRIBE from everything for answered only when nothing at all is subscribed any more, and so would
 * wait for ever for the second of the two.
 */
export async function unsubscribeFrom(client: Redis, channels: readonly string[]): Promise<void> {
  const patterns = channels.filter(isPattern);
  const names = channels.filter((channel) => !isPattern(channel));
  await Promise.all([
    names.length > 0 && client.unsubscribe(...names),
    patterns.length > 0 && client.punsubscribe(...patterns),
  ]);
}
