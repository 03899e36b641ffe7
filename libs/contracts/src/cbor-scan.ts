import { InvalidFrameError } from './invalid-frame-error.js';

/** The upper three bits of the byte that an item begins with. */
const Major = { unsigned: 0, bytes: 2, text: 3, array: 4, simple: 7 } as const;

/**
 * Steps over CBOR (RFC 8949) and builds nothing, so that a decoder which trusts its input need not see
 * what could harm it: no tags, no maps, no indefinite lengths, nothing that reaches beyond the frame,
 * no more items or levels than whoever calls asks for. Negative integers are refused, too: cbor-x reads
 * some of 64 bits as positive.
 *
 * Every method throws InvalidFrameError when what it names is not there.
 */
export class CborScan {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
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

  /** Steps over a text and returns its bytes. */
  text(what: string): Uint8Array {
    const at = this.#at;
    const head = this.#head();
    if (head >> 5 !== Major.text) throw new InvalidFrameError(`byte ${at}: ${what} expected`);
    const length = this.#argument(head);
    this.#skip(length);
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** Steps over a text, a byte string, an unsigned integer, a float or null. */
  scalar(): void {
    const at = this.#at;
    const head = this.#head();
    switch (head >> 5) {
      case Major.unsigned:
        this.#argument(head);
        return;
      case Major.bytes:
      case Major.text:
        this.#skip(this.#argument(head));
        return;
      case Major.simple:
        if (head === 0xf6) return;
        if (head < 0xf9 || head > 0xfb) break;
        this.#skip(2 << (head - 0xf9));
        return;
    }
    throw new InvalidFrameError(
      `byte ${at}: text, bytes, an unsigned number, a float or null expected`,
    );
  }

  end(): void {
    if (this.#at < this.#bytes.length) {
      throw new InvalidFrameError(`the frame should end at byte ${this.#at}`);
    }
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
    const at = this.#at;
    if (info > 27) throw new InvalidFrameError(`byte ${at - 1}: a definite length expected`);
    this.#skip(1 << (info - 24));
    if (info === 24) return this.#view.getUint8(at);
    if (info === 25) return this.#view.getUint16(at);
    if (info === 26) return this.#view.getUint32(at);
    return this.#view.getUint32(at) * 2 ** 32 + this.#view.getUint32(at + 4);
  }

  #skip(length: number): void {
    if (length > this.#bytes.length - this.#at) throw cutOff();
    this.#at += length;
  }
}

function cutOff(): InvalidFrameError {
  return new InvalidFrameError('the binary frame is cut off');
}
