/**
 * What a payload of the benchmark holds: 8 letters of sequence number, 8 letters of time, then filling.
 * Letters (a to p, four bits each) and not bytes, so that code which takes payloads for text or for
 * JSON relays them unharmed, too: no number, no quote, no word of JSON.
 */
export const MIN_PAYLOAD_BYTES = 16;

/** In place of a time: none, so throughput is measured. */
export const NO_TIME = 0;
/** In place of a time: the last message of a run, to be accounted for at once. */
export const LAST = 0xffff_ffff;

/** What a payload begins with that has no sequence number: it only shows that the way is open. */
export const PROBE_LETTER = 'z'.charCodeAt(0);

const A = 'a'.charCodeAt(0);
const TIME_AT = 8;

/** A payload of `bytes`, to be filled in with `writeSequence` and `writeTime`. */
export function blankPayload(bytes: number): Buffer {
  const payload = Buffer.alloc(bytes, 'the quick brown fox jumps over the lazy dog ');
  payload.fill('a', 0, MIN_PAYLOAD_BYTES);
  return payload;
}

export function probePayload(bytes: number): Buffer {
  return blankPayload(bytes).fill(PROBE_LETTER, 0, TIME_AT);
}

/** @param sequence up to 2^32 - 1 */
export function writeSequence(buffer: Uint8Array, at: number, sequence: number): void {
  writeLetters(buffer, at, sequence);
}

/** @param time microseconds of `nowUs`, or NO_TIME or LAST */
export function writeTime(buffer: Uint8Array, at: number, time: number): void {
  writeLetters(buffer, at + TIME_AT, time);
}

export function readSequence(bytes: Uint8Array, at: number): number {
  return readLetters(bytes, at);
}

export function readTime(bytes: Uint8Array, at: number): number {
  return readLetters(bytes, at + TIME_AT);
}

/** Microseconds of the machine's monotonic clock, which is the same in all its processes. */
export function nowUs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e6 + nanoseconds / 1e3;
}

/** A time as a payload carries it: it turns over every 71 minutes, and is never NO_TIME nor LAST. */
export function wrapped(us: number): number {
  return Math.min(Math.max(Math.round(us) % 2 ** 32, 1), LAST - 1);
}

/** From one wrapped time to a later one. */
export function elapsedUs(from: number, to: number): number {
  return (to - from + 2 ** 32) % 2 ** 32;
}

function writeLetters(buffer: Uint8Array, at: number, value: number): void {
  for (let letter = 0; letter < 8; letter++) {
    buffer[at + letter] = A + ((value >>> (28 - 4 * letter)) & 15);
  }
}

function readLetters(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let letter = at; letter < at + 8; letter++)
    value = (value << 4) | ((bytes[letter] ?? A) - A);
  return value >>> 0;
}
