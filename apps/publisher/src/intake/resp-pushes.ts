/** What a stream from Redis brings, in order. */
export interface StreamParts {
  /** A message was published. The payload is a view of the bytes that were read. */
  message(channel: string, pattern: string | undefined, payload: Uint8Array): void;
  /** Anything else, or a part of it: a reply, the answer to a SUBSCRIBE or a PING, an error. */
  other(bytes: Buffer): void;
}

/** A larger push is handed on like a reply, so that few bytes wait for the rest of theirs. */
export const MAX_PUSH_BYTES = 64 * 1024;

/** More than the head of a string or an aggregate takes: its type, a number and the end of the line. */
const MAX_HEAD_BYTES = 24;

const INCOMPLETE = -1;
const NO_PUSH = -2;

const CR = 0x0d;
const LF = 0x0a;
const BULK = 0x24;
const ZERO = 0x30;
const MAP = 0x25;

const [MESSAGE, PMESSAGE] = ['3\r\n$7\r\nmessage\r\n', '4\r\n$8\r\npmessage\r\n'];
const KINDS = ['>', '*'].flatMap((type) => [
  { head: Buffer.from(type + MESSAGE), hasPattern: false },
  { head: Buffer.from(type + PMESSAGE), hasPattern: true },
]);

const LINES = new Set(Buffer.from('+-:_#,('));
const STRINGS = new Set(Buffer.from('$!='));
/** How many values each item of an aggregate is: of a map, a key and what it stands for. */
const AGGREGATES = new Map(Array.from(Buffer.from('*~>%'), (type) => [type, type === MAP ? 2 : 1]));

/**
 * Tells published messages from everything else in the stream of a connection to Redis, RESP2 or RESP3.
 * Of the rest it only finds the end, and what it does not understand it hands on with all that follows:
 * the client behind it is the one who answers for the protocol.
 */
export class RespPushes {
  /** How the last push began, up to its payload: most begin like the one before. */
  #beginning: Uint8Array = new Uint8Array();
  #channel = '';
  #pattern: string | undefined;
  /** Where the content of the last string of a push begins and ends. */
  #from = 0;
  #to = 0;
  /** Where the bytes lie that are read: to ask them for each payload takes longer than all the rest. */
  #memory: ArrayBufferLike = new ArrayBuffer();
  #memoryAt = 0;
  /** How many values are still to be handed on, the bytes of the string that is, or whether it is a line. */
  #otherValues = 0;
  #otherBytes = 0;
  #isWithinLine = false;

  constructor(private readonly parts: StreamParts) {}

  /**
   * Reads on.
   *
   * @param bytes what was left the last time and what came behind it
   * @returns how many bytes are done with; those behind them are too few yet to tell what they begin
   */
  read(bytes: Buffer): number {
    this.#memory = bytes.buffer;
    this.#memoryAt = bytes.byteOffset;
    let at = 0;
    while (at < bytes.length) {
      if (this.#otherValues === 0) {
        const end = this.#readPush(bytes, at);
        if (end === INCOMPLETE) break;
        if (end !== NO_PUSH) {
          at = end;
          continue;
        }
        this.#otherValues = 1;
      }
      const end = this.#stepOver(bytes, at);
      if (end === at) break;
      this.parts.other(bytes.subarray(at, end));
      at = end;
    }
    return at;
  }

  #readPush(bytes: Buffer, start: number): number {
    const payloadAt = this.#beginsAsBefore(bytes, start)
      ? start + this.#beginning.length
      : this.#begin(bytes, start);
    if (payloadAt < 0) return payloadAt;
    const end = this.#readString(bytes, payloadAt, start + MAX_PUSH_BYTES);
    if (end < 0) return end;
    const from = this.#memoryAt + this.#from;
    const payload = new Uint8Array(this.#memory, from, this.#to - this.#from);
    this.parts.message(this.#channel, this.#pattern, payload);
    return end;
  }

  #beginsAsBefore(bytes: Buffer, start: number): boolean {
    const beginning = this.#beginning;
    for (let index = 0; index < beginning.length; index++) {
      if (bytes[start + index] !== beginning[index]) return false;
    }
    return beginning.length > 0;
  }

  /** Reads a push up to its payload and remembers it. */
  #begin(bytes: Buffer, start: number): number {
    const available = bytes.length - start;
    const kind = KINDS.find(({ head }) => {
      const length = Math.min(head.length, available);
      return bytes.compare(head, 0, length, start, start + length) === 0;
    });
    if (kind === undefined) return NO_PUSH;
    if (available < kind.head.length) return INCOMPLETE;
    const limit = start + MAX_PUSH_BYTES;
    let at = start + kind.head.length;
    let pattern: string | undefined;
    if (kind.hasPattern) {
      at = this.#readString(bytes, at, limit);
      if (at < 0) return at;
      pattern = bytes.toString('utf8', this.#from, this.#to);
    }
    at = this.#readString(bytes, at, limit);
    if (at < 0) return at;
    this.#pattern = pattern;
    this.#channel = bytes.toString('utf8', this.#from, this.#to);
    this.#beginning = new Uint8Array(bytes.subarray(start, at));
    return at;
  }

  /** Finds a string; it has to end before `limit`. */
  #readString(bytes: Buffer, start: number, limit: number): number {
    if (start >= bytes.length) return INCOMPLETE;
    if (bytes[start] !== BULK) return NO_PUSH;
    let length = 0;
    let at = start + 1;
    for (; bytes[at] !== CR; at++) {
      if (at >= bytes.length) return INCOMPLETE;
      const digit = (bytes[at] ?? 0) - ZERO;
      if (digit < 0 || digit > 9 || at - start > MAX_HEAD_BYTES) return NO_PUSH;
      length = length * 10 + digit;
    }
    this.#from = at + 2;
    this.#to = this.#from + length;
    const end = this.#to + 2;
    if (end > limit) return NO_PUSH;
    return end > bytes.length ? INCOMPLETE : end;
  }

  /** Finds how far what is to be handed on goes; `start` when that cannot be told yet. */
  #stepOver(bytes: Buffer, start: number): number {
    let at = start;
    while (this.#otherValues > 0 && at < bytes.length) {
      const next = this.#stepOn(bytes, at);
      if (next === INCOMPLETE) break;
      at = next;
    }
    return at;
  }

  #stepOn(bytes: Buffer, at: number): number {
    if (this.#otherBytes > 0) {
      const step = Math.min(this.#otherBytes, bytes.length - at);
      this.#otherBytes -= step;
      if (this.#otherBytes === 0) this.#otherValues -= 1;
      return at + step;
    }
    const type = bytes[at] ?? 0;
    const lineEnd = bytes.indexOf(LF, at);
    if (this.#isWithinLine || LINES.has(type)) {
      this.#isWithinLine = lineEnd < 0;
      if (this.#isWithinLine) return bytes.length;
      this.#otherValues -= 1;
      return lineEnd + 1;
    }
    if (lineEnd < 0 && bytes.length - at <= MAX_HEAD_BYTES) return INCOMPLETE;
    const count = lineEnd < 0 ? NaN : Number(bytes.toString('latin1', at + 1, lineEnd - 1));
    const valuesPerItem = AGGREGATES.get(type);
    if (!Number.isInteger(count) || !(STRINGS.has(type) || valuesPerItem)) {
      this.#otherBytes = Infinity;
      return at;
    }
    if (valuesPerItem) this.#otherValues += valuesPerItem * Math.max(0, count) - 1;
    else if (count < 0) this.#otherValues -= 1;
    else this.#otherBytes = count + 2;
    return lineEnd + 1;
  }
}
