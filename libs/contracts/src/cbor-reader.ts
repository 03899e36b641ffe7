import { InvalidFrameError } from './invalid-frame-error.js';
import { OFFSET_PATTERN, type Offset } from './offset.js';

/** The upper three bits of the byte that an item begins with. */
const Major = { unsigned: 0, bytes: 2, text: 3, array: 4, simple: 7 } as const;

const NULL = 0xf6;
const HALF = 0xf9;
const SINGLE = 0xfa;
const DOUBLE = 0xfb;

const ZERO = 0x30;
const DASH = 0x2d;
/** An offset of so many characters consists of numbers that a double holds. */
const MAX_EASY_OFFSET = 16;

/** What `scalar` reads. */
export type Scalar = string | Uint8Array | number | null;

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** A longer name is not remembered. */
const MAX_KEPT_NAME_BYTES = 256;

/** A number is copied to here and read: to make a view of each frame would take longer. */
const copied = new DataView(new ArrayBuffer(8));

/** The last name that was read, in whatever frame, and how its item was written. */
const lastName = { text: '', item: new Uint8Array() };

/**
 * Reads CBOR (RFC 8949) from whoever may send it: no tags, no maps, no negative integers, no indefinite
 * lengths, nothing that reaches beyond the frame, no more items or levels than whoever calls asks for.
 * Byte strings are views of the frame. Text that is not UTF-8 has U+FFFD where it is not.
 *
 * Every method throws InvalidFrameError when what it names is not there.
 */
export class CborReader {
  readonly #bytes: Uint8Array;
  /** Where the frame lies: a typed array takes its time to say so. */
  readonly #buffer: ArrayBufferLike;
  readonly #bufferAt: number;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#buffer = bytes.buffer;
    this.#bufferAt = bytes.byteOffset;
  }

  /** Enters an array of `min` to `max` items and returns how many there are. */
  array(what: string, min: number, max: number): number {
    const at = this.#at;
    const head = this.#head();
    if (head >> 5 !== Major.array) throw new InvalidFrameError(`byte ${at}: ${what} expected`);
    const count = this.#argument(head);
    if (count < min || count > max) {
      throw new InvalidFrameError(`${what} of ${min} to ${max} items expected, not of ${count}`);
    }
    return count;
  }

  /** Reads a text of at most `maxBytes`. */
  text(what: string, maxBytes: number): string {
    const at = this.#at;
    const head = this.#head();
    if (head >> 5 !== Major.text) throw new InvalidFrameError(`byte ${at}: ${what} expected`);
    const length = this.#argument(head);
    if (length === 0 || length > maxBytes) {
      throw new InvalidFrameError(`${what} has 1 to ${maxBytes} bytes`);
    }
    return this.#readText(length);
  }

  /** Reads a text, a byte string, an unsigned integer, a float or null. */
  scalar(): Scalar {
    const at = this.#at;
    const head = this.#head();
    switch (head >> 5) {
      case Major.unsigned:
        return this.#argument(head);
      case Major.bytes:
        return this.#readBytes(this.#argument(head));
      case Major.text:
        return this.#readText(this.#argument(head));
      case Major.simple:
        if (head === NULL) return null;
        if (head < HALF || head > DOUBLE) break;
        return this.#readFloat(head);
    }
    throw new InvalidFrameError(
      `byte ${at}: text, bytes, an unsigned number, a float or null expected`,
    );
  }

  /** Reads what `scalar` does; undefined if it is no byte string. */
  byteString(): Uint8Array | undefined {
    const head = this.#bytes[this.#at] ?? 0;
    if (head >> 5 === Major.bytes) {
      this.#at += 1;
      return this.#readBytes(this.#argument(head));
    }
    this.scalar();
    return undefined;
  }

  /** Reads what `scalar` does; undefined if it is no number. */
  number(): number | undefined {
    if (this.#bytes[this.#at] === DOUBLE) {
      this.#at += 1;
      return this.#numberOf(8).getFloat64(0);
    }
    const value = this.scalar();
    return typeof value === 'number' ? value : undefined;
  }

  /** Reads what `scalar` does; undefined if it is not an offset. */
  offset(): Offset | undefined {
    const easy = this.#easyOffset();
    if (easy !== undefined) return easy;
    const value = this.scalar();
    return typeof value === 'string' && OFFSET_PATTERN.test(value) ? value : undefined;
  }

  /** Reads what `scalar` does, at less cost if it is the same text as the last time. */
  name(): Scalar {
    if (this.passes(lastName.item)) return lastName.text;
    const at = this.#at;
    const value = this.scalar();
    if (typeof value === 'string' && this.#at - at <= MAX_KEPT_NAME_BYTES) {
      lastName.item = new Uint8Array(this.#bytes.subarray(at, this.#at)); // first: there may be no memory for it
      lastName.text = value;
    }
    return value;
  }

  /** Goes on behind `item` if that is what comes, written in the very same way. */
  passes(item: Uint8Array): boolean {
    const bytes = this.#bytes;
    const at = this.#at;
    const { length } = item;
    for (let index = 0; index < length; index++) {
      if (bytes[at + index] !== item[index]) return false;
    }
    this.#at = at + length;
    return length > 0;
  }

  end(): void {
    if (this.#at < this.#bytes.length) {
      throw new InvalidFrameError(`the frame should end at byte ${this.#at}`);
    }
  }

  /** Offsets that are short texts of two short numbers are made of these; undefined for all else. */
  #easyOffset(): Offset | undefined {
    const bytes = this.#bytes;
    const start = this.#at + 1;
    const length = (bytes[this.#at] ?? 0) - (Major.text << 5);
    const end = start + length;
    if (length < 0 || length > MAX_EASY_OFFSET || end > bytes.length) return undefined;
    if (bytes[start] === DASH || bytes[end - 1] === DASH) return undefined;
    let milliseconds: number | undefined;
    let number = 0;
    for (let at = start; at < end; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === DASH && milliseconds === undefined) {
        milliseconds = number;
        number = 0;
        continue;
      }
      if (byte < ZERO || byte > ZERO + 9) return undefined;
      number = number * 10 + byte - ZERO;
    }
    if (milliseconds === undefined) return undefined;
    const offset = `${milliseconds}-${number}`;
    if (offset.length !== length) return undefined; // as with leading zeros
    this.#at = end;
    return offset;
  }

  #head(): number {
    const head = this.#bytes[this.#at];
    if (head === undefined) throw cutOff();
    this.#at += 1;
    return head;
  }

  /** The number in a head: a value or a length. */
  #argument(head: number): number {
    const info = head & 0x1f;
    if (info < 24) return info;
    if (info > 27) throw new InvalidFrameError(`byte ${this.#at - 1}: a definite length expected`);
    const value = this.#numberOf(1 << (info - 24));
    if (info === 24) return value.getUint8(0);
    if (info === 25) return value.getUint16(0);
    if (info === 26) return value.getUint32(0);
    return value.getUint32(0) * 2 ** 32 + value.getUint32(4);
  }

  /** @returns what comes in the next `length` bytes, good until the next call */
  #numberOf(length: number): DataView {
    const at = this.#skip(length);
    for (let index = 0; index < length; index++)
      copied.setUint8(index, this.#bytes[at + index] ?? 0);
    return copied;
  }

  /** Goes on by `length` bytes and returns where they begin. */
  #skip(length: number): number {
    const at = this.#at;
    if (length > this.#bytes.length - at) throw cutOff();
    this.#at = at + length;
    return at;
  }

  #readBytes(length: number): Uint8Array {
    return new Uint8Array(this.#buffer, this.#bufferAt + this.#skip(length), length);
  }

  #readText(length: number): string {
    const at = this.#skip(length);
    return utf8.decode(this.#bytes.subarray(at, at + length));
  }

  #readFloat(head: number): number {
    const value = this.#numberOf(2 << (head - HALF));
    if (head === DOUBLE) return value.getFloat64(0);
    if (head === SINGLE) return value.getFloat32(0);
    return halfToNumber(value.getUint16(0));
  }
}

/** A float of 16 bits (RFC 8949, appendix D). */
function halfToNumber(half: number): number {
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  const sign = half & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (fraction + 1024) * 2 ** (exponent - 25);
}

function cutOff(): InvalidFrameError {
  return new InvalidFrameError('the binary frame is cut off');
}
