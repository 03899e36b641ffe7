import { randomFillSync } from 'node:crypto';

export const MASK_BYTES = 4;
/** Below this a call into native code costs more than it saves, to a frame that comes alone into cold caches. */
const MIN_NATIVE_BYTES = 512;

/** Random bytes for many frames: to ask for a few costs as much as to ask for all. */
const random = Buffer.alloc(8192);
let used = random.length;

/** Installed where it can be: an optional dependency. */
const native = await import('bufferutil').then(
  (bufferutil) => bufferutil.default,
  () => undefined,
);

/** Fills the mask of a frame (RFC 6455, section 5.3) with four bytes that nobody can guess. */
export function generateMask(mask: Buffer): void {
  if (used === random.length) {
    randomFillSync(random);
    used = 0;
  }
  for (let index = 0; index < MASK_BYTES; index++) mask[index] = random[used++] ?? 0;
}

/** Writes `source` to `target`, from `at` on, masked. */
export function writeMasked(
  source: Uint8Array,
  mask: Uint8Array,
  target: Uint8Array,
  at: number,
): void {
  const { length } = source;
  if (native && length >= MIN_NATIVE_BYTES) {
    native.mask(source, mask, target, at, length);
    return;
  }
  for (let index = 0; index < length; index++) {
    target[at + index] = (source[index] ?? 0) ^ (mask[index % MASK_BYTES] ?? 0);
  }
}
