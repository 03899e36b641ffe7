import { CborReader } from './cbor-reader.js';
import { CborWriter, MAX_HEAD_BYTES, maxTextBytes } from './cbor-writer.js';
import type { UnknownFrame } from './control-frames.js';
import { type EncodedEntries, encodeEntries, readEntries } from './encoded-entries.js';
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

export function encodeDeliver({ after, entries }: Deliver): Uint8Array {
  return writeDeliver(new CborWriter(), after, encodeEntries(entries));
}

/**
 * Writes the binary frame `["deliver", after, [entry, …]]` in CBOR (RFC 8949).
 *
 * @returns the memory of the writer: the frame lies there until it writes the next one
 */
export function writeDeliver(
  writer: CborWriter,
  after: Offset,
  { count, items }: EncodedEntries,
): Uint8Array {
  writer.begin(2 * MAX_HEAD_BYTES + maxTextBytes(EVENT) + maxTextBytes(after) + items.byteLength);
  writer.array(3);
  writer.text(EVENT);
  writer.text(after);
  writer.array(count);
  writer.items(items);
  return writer.written;
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
  const event = reader.text('the name of an event', MAX_EVENT_BYTES);
  if (event !== EVENT) return { event: 'unknown', data: event };
  if (length !== 3) throw new InvalidFrameError(`deliver has 3 items, not ${length}`);
  const after = reader.offset();
  if (after === undefined) throw new InvalidFrameError('after is not an offset');
  const entries = readEntries(reader, reader.array('entries', 1, MAX_DELIVER_ENTRIES));
  reader.end();
  return { event, data: { after, entries } };
}
