import { randomFillSync } from 'node:crypto';

const MASK_BYTES = 4;

/** Random bytes for many frames: to ask for a few costs as much as to ask for all. */
const random = Buffer.alloc(8192);
let used = random.length;

/**
 * Fills the mask of a frame (RFC 6455, section 5.3) with four bytes that nobody can guess, not all zero: with
 * these ws sends the very memory that it was given, with any other a masked copy.
 */
export function generateMask(mask: Buffer): void {
  do {
    if (used === random.length) {
      randomFillSync(random);
      used = 0;
    }
    random.copy(mask, 0, used, used + MASK_BYTES);
    used += MASK_BYTES;
  } while (mask.readInt32LE() === 0);
}
