/** The upper three bits of the byte that an item begins with. */
const Major = { unsigned: 0, bytes: 2, text: 3, array: 4 } as const;

const NULL = 0xf6;
const DOUBLE = 0xfb;
const LARGEST_UINT32 = 2 ** 32 - 1;

/** The most that the head of an item takes, and a number. */
export const MAX_HEAD_BYTES = 9;

/** Larger memory is not kept for the next item. */
const MAX_KEPT_BYTES = 1024 * 1024;

const utf8 = new TextEncoder();

const ZERO = 0x30;

/** The most bytes that a text takes. */
export function maxTextBytes(text: string): number {
  return MAX_HEAD_BYTES + 3 * text.length;
}

/**
 * Writes CBOR (RFC 8949), one item after the other into the same memory. There has to be room for all of
 * them: nothing checks each.
 */
export class CborWriter {
  #bytes = new Uint8Array();
  #view = new DataView(this.#bytes.buffer);
  #at = 0;
  /** The last name, and how it is written. */
  #name: string | undefined;
  #nameItem = new Uint8Array();

  /** Begins anew, over what was written before, with room for `capacityBytes`. */
  begin(capacityBytes: number): void {
    this.#at = 0;
    if (capacityBytes <= this.#bytes.length && this.#bytes.length <= MAX_KEPT_BYTES) return;
    this.#bytes = new Uint8Array(capacityBytes);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** What is written from `length` on counts no more. */
  continueAt(length: number): void {
    this.#at = length;
  }

  /** How many bytes are written since `begin`. */
  get length(): number {
    return this.#at;
  }

  /** How many bytes there is still room for. */
  get room(): number {
    return this.#bytes.length - this.#at;
  }

  /** What is written since `begin`: a view, good until the next `begin`. */
  get written(): Uint8Array {
    return this.view(0, this.#at);
  }

  /** A part of what is written, good until the next `begin`. */
  view(from: number, to: number): Uint8Array {
    return this.#bytes.subarray(from, to);
  }

  /** Begins an array; its items follow. */
  array(length: number): void {
    this.#head(Major.array, length);
  }

  text(text: string): void {
    const bytes = this.#bytes;
    const start = this.#at;
    const { length } = text;
    this.#head(Major.text, length);
    const at = this.#at;
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) {
        this.#at = start;
        this.#wideText(text);
        return;
      }
      bytes[at + index] = code;
    }
    this.#at = at + length;
  }

  /** A text, at less cost if it is the same as the last time. */
  name(text: string): void {
    if (text !== this.#name) {
      const from = this.#at;
      this.text(text);
      this.#nameItem = this.#bytes.slice(from, this.#at);
      this.#name = text;
      return;
    }
    const item = this.#nameItem;
    const at = this.#at;
    for (let index = 0; index < item.length; index++) this.#bytes[at + index] = item[index] ?? 0;
    this.#at = at + item.length;
  }

  /** The text of a prefix, given as its bytes in ASCII, and a whole number. */
  numbered(prefix: Uint8Array, value: number): void {
    const digits = digitsOf(value);
    this.#head(Major.text, prefix.length + digits);
    const bytes = this.#bytes;
    let at = this.#at;
    for (const byte of prefix) bytes[at++] = byte;
    this.#at = at + digits;
    let rest = value;
    for (let digit = this.#at - 1; digit >= at; digit--) {
      const tens = rest <= LARGEST_UINT32 ? (rest / 10) >>> 0 : Math.floor(rest / 10);
      bytes[digit] = ZERO + (rest - tens * 10);
      rest = tens;
    }
  }

  bytes(bytes: Uint8Array): void {
    this.#head(Major.bytes, bytes.length);
    this.items(bytes);
  }

  /** Items that are written already. */
  items(encoded: Uint8Array): void {
    this.#bytes.set(encoded, this.#at);
    this.#at += encoded.length;
  }

  /** A whole number, not negative: beyond 32 bits as a float, which every reader has without big integers. */
  number(value: number): void {
    if (value <= LARGEST_UINT32) {
      this.#head(Major.unsigned, value);
      return;
    }
    this.#bytes[this.#at] = DOUBLE;
    this.#view.setFloat64(this.#at + 1, value);
    this.#at += 9;
  }

  numberOrNull(value: number | null): void {
    if (value !== null) this.number(value);
    else this.#bytes[this.#at++] = NULL;
  }

  #wideText(text: string): void {
    const bytes = utf8.encode(text);
    this.#head(Major.text, bytes.length);
    this.items(bytes);
  }

  #head(major: number, argument: number): void {
    const bytes = this.#bytes;
    const first = major << 5;
    if (argument < 24) {
      bytes[this.#at] = first | argument;
      this.#at += 1;
    } else if (argument < 2 ** 8) {
      bytes[this.#at] = first | 24;
      bytes[this.#at + 1] = argument;
      this.#at += 2;
    } else if (argument < 2 ** 16) {
      bytes[this.#at] = first | 25;
      this.#view.setUint16(this.#at + 1, argument);
      this.#at += 3;
    } else {
      bytes[this.#at] = first | 26;
      this.#view.setUint32(this.#at + 1, argument);
      this.#at += 5;
    }
  }
}

function digitsOf(value: number): number {
  let digits = 1;
  for (let limit = 10; value >= limit; limit *= 10) digits += 1;
  return digits;
}
