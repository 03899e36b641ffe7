import { CborReader } from './cbor-reader.js';
import { CborWriter, MAX_HEAD_BYTES, maxTextBytes } from './cbor-writer.js';
import type { UnknownFrame } from './control-frames.js';
import { encodeEntries, readEntries } from './encoded-entries.js';
import type { Entry } from './entries.js';
import { InvalidFrameError } from './invalid-frame-error.js';
import type { Offset } from './offset.js';

/** `deliver`, publisher → consumer: entries of the outbox in order. */
export interface Deliver {
  /** The offset before the first of them. */
  after: Offset;
  /** At least one and at most `MAX_DELIVER_ENTRIES`. */
  entries: readonly Entry[];
}

/** What one `deliver` may carry; a frame with more is refused. */
export const MAX_DELIVER_ENTRIES = 8192;

const EVENT = 'deliver';
const MAX_EVENT_BYTES = 200;

const heads = new CborWriter();
/** The name of the event as it is mostly written. To decode a text takes longer than all the rest of a small frame. */
const EVENT_ITEM = itemOf(EVENT);

export function encodeDeliver({ after, entries }: Deliver): Uint8Array {
  const { count, items } = encodeEntries(entries);
  const head = deliverHead(after, count);
  const frame = new Uint8Array(head.length + items.length);
  frame.set(head);
  frame.set(items, head.length);
  return frame;
}

/**
 * What the binary frame `["deliver", after, [entry, …]]` begins with, in CBOR (RFC 8949). The encoded entries
 * follow.
 *
 * @returns good until the next call
 */
export function deliverHead(after: Offset, count: number): Uint8Array {
  heads.begin(2 * MAX_HEAD_BYTES + maxTextBytes(EVENT) + maxTextBytes(after));
  heads.array(3);
  heads.text(EVENT);
  heads.text(after);
  heads.array(count);
  return heads.written;
}

/**
 * Reads a binary frame from a publisher. An event that this version does not know is named, and the
 * rest of its frame is not looked at. Payloads are views of `bytes`.
 *
 * @throws InvalidFrameError when the frame names no event, or a `deliver` is not as the protocol has it.
 */
export function decodeBinary(
  bytes: Uint8Array,
): { event: 'deliver'; data: Deliver } | UnknownFrame {
  const reader = new CborReader(bytes);
  const length = reader.array('an array', 1, Infinity);
  const event = reader.passes(EVENT_ITEM)
    ? EVENT
    : reader.text('the name of an event', MAX_EVENT_BYTES);
  if (event !== EVENT) return { event: 'unknown', data: event };
  if (length !== 3) throw new InvalidFrameError(`deliver has 3 items, not ${length}`);
  const after = reader.offset();
  if (after === undefined) throw new InvalidFrameError('after is not an offset');
  const entries = readEntries(reader, reader.array('entries', 1, MAX_DELIVER_ENTRIES));
  reader.end();
  return { event, data: { after, entries } };
}

function itemOf(text: string): Uint8Array {
  const writer = new CborWriter();
  writer.begin(maxTextBytes(text));
  writer.text(text);
  return writer.written;
}
