import { generateMask, MASK_BYTES, writeMasked } from './frame-mask.js';

const FIN_AND_BINARY = 0x82;
const MASKED = 0x80;
const LENGTH_OF_2_BYTES = 126;
const LENGTH_OF_8_BYTES = 127;
const MAX_HEADER_BYTES = 14;

/** Larger memory is not kept for the next frame. */
const MAX_KEPT_BYTES = 512 * 1024;

/**
 * Binary frames as a client sends them (RFC 6455, section 5.2), each written over the one before. ws would
 * take fresh memory for each, and what that costs is most of what sending costs: at some hundred MB a second
 * the collector of garbage is never at rest.
 */
export class BinaryFrames {
  #memory = Buffer.alloc(0);
  readonly #mask = Buffer.alloc(MASK_BYTES);
  /** The mask as it goes on behind the head. */
  readonly #rotated = Buffer.alloc(MASK_BYTES);

  /**
   * @param head what the content begins with; `body` goes on with it
   * @returns good until the next frame is written
   */
  write(head: Uint8Array, body: Uint8Array): Buffer {
    const length = head.length + body.length;
    const frame = this.#roomFor(MAX_HEADER_BYTES + length);
    const mask = this.#mask;
    generateMask(mask);
    let at = writeHeader(frame, length);
    for (const byte of mask) frame[at++] = byte;
    writeMasked(head, mask, frame, at);
    at += head.length;
    const rotated = this.#rotated;
    for (let index = 0; index < MASK_BYTES; index++) {
      rotated[index] = mask[(head.length + index) % MASK_BYTES] ?? 0;
    }
    writeMasked(body, rotated, frame, at);
    return frame.subarray(0, at + body.length);
  }

  #roomFor(bytes: number): Buffer {
    const { length } = this.#memory;
    if (length < bytes || length > MAX_KEPT_BYTES) {
      this.#memory = Buffer.allocUnsafeSlow(Math.max(bytes, Math.min(2 * length, MAX_KEPT_BYTES)));
    }
    return this.#memory;
  }
}

/** @returns where the mask goes */
function writeHeader(frame: Buffer, length: number): number {
  frame[0] = FIN_AND_BINARY;
  if (length < LENGTH_OF_2_BYTES) {
    frame[1] = MASKED | length;
    return 2;
  }
  if (length < 2 ** 16) {
    frame[1] = MASKED | LENGTH_OF_2_BYTES;
    return frame.writeUInt16BE(length, 2);
  }
  frame[1] = MASKED | LENGTH_OF_8_BYTES;
  frame.writeUInt32BE(Math.floor(length / 2 ** 32), 2);
  return frame.writeUInt32BE(length % 2 ** 32, 6);
}
