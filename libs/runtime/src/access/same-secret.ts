import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Whether `given` is one of `secrets`, in a time that tells nothing of any of them: digests of one length
 * are compared, and all of them always.
 */
export function isOneOf(given: string, secrets: readonly string[]): boolean {
  const digest = digestOf(given);
  let isKnown = false;
  for (const secret of secrets) {
    const isSame = timingSafeEqual(digest, digestOf(secret));
    isKnown ||= isSame;
  }
  return isKnown;
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
