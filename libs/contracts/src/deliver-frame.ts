import { CborReader, type Scalar } from './cbor-reader.js';
import { CborWriter, MAX_HEAD_BYTES, maxTextBytes } from './cbor-writer.js';
import type { UnknownFrame } from './control-frames.js';
import type { Entry, GapEntry, MessageEntry } from './entries.js';
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

const MAX_EVENT_BYTES = 200;
const LATEST_TIME = 8.64e15;

/** The first item of an entry. */
const Kind = { message: 0, gap: 1 } as const;

/**
 * The binary frame `["deliver", after, [entry, …]]` in CBOR (RFC 8949). A message is
 * `[0, offset, receivedAt, payload, channel]` with its pattern, if any, as the sixth item; a gap is
 * `[1, offset, reason, from, to, count]`.
 *
 * @param writer whose memory the frame lies in until it writes the next one
 */
export function encodeDeliver(
  { after, entries }: Deliver,
  writer: CborWriter = new CborWriter(),
): Uint8Array {
  let capacity = 3 * MAX_HEAD_BYTES + maxTextBytes(after);
  for (const entry of entries) capacity += maxBytes(entry);
  writer.begin(capacity);
  writer.array(3);
  writer.text('deliver');
  writer.text(after);
  writer.array(entries.length);
  for (const entry of entries) {
    if (entry.kind === 'message') writeMessage(writer, entry);
    else writeGap(writer, entry);
  }
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
  if (event !== 'deliver') return { event: 'unknown', data: event };
  if (length !== 3) throw new InvalidFrameError(`deliver has 3 items, not ${length}`);
  const after = reader.offset();
  if (after === undefined) throw new InvalidFrameError('after is not an offset');
  const count = reader.array('entries', 1, MAX_DELIVER_ENTRIES);
  const entries: Entry[] = [];
  for (let index = 0; index < count; index++) entries.push(readEntry(reader, index));
  reader.end();
  return { event, data: { after, entries } };
}

function maxBytes(entry: Entry): number {
  if (entry.kind === 'gap') {
    return 5 * MAX_HEAD_BYTES + maxTextBytes(entry.offset) + maxTextBytes(entry.reason);
  }
  const { offset, payload, channel, pattern = '' } = entry;
  const texts = maxTextBytes(offset) + maxTextBytes(channel) + maxTextBytes(pattern);
  return 4 * MAX_HEAD_BYTES + texts + payload.byteLength;
}

function writeMessage(writer: CborWriter, entry: MessageEntry): void {
  const { pattern } = entry;
  writer.array(pattern === undefined ? 5 : 6);
  writer.number(Kind.message);
  writer.text(entry.offset);
  writer.number(entry.receivedAt);
  writer.bytes(entry.payload);
  writer.text(entry.channel);
  if (pattern !== undefined) writer.text(pattern);
}

function writeGap(writer: CborWriter, entry: GapEntry): void {
  writer.array(6);
  writer.number(Kind.gap);
  writer.text(entry.offset);
  writer.text(entry.reason);
  writer.numberOrNull(entry.from);
  writer.numberOrNull(entry.to);
  writer.numberOrNull(entry.count);
}

function readEntry(reader: CborReader, index: number): Entry {
  const items = reader.array('an entry', 5, 6);
  const kind = reader.scalar();
  if (kind === Kind.message) return readMessage(reader, items, index);
  if (kind === Kind.gap) return readGap(reader, items, index);
  throw wrong(index, 'kind');
}

// The checks below accept what messageEntry and gapEntry accept, at a tenth of the cost; a test holds
// them against each other.

function readMessage(reader: CborReader, items: number, index: number): MessageEntry {
  const offset = reader.offset();
  if (offset === undefined) throw wrong(index, 'offset');
  const receivedAt = reader.number();
  if (!isTime(receivedAt)) throw wrong(index, 'receivedAt');
  const payload = reader.byteString();
  if (payload === undefined) throw wrong(index, 'payload');
  const channel = reader.name();
  if (typeof channel !== 'string') throw wrong(index, 'channel');
  if (items === 5) return { kind: 'message', offset, channel, payload, receivedAt };
  const pattern = reader.scalar();
  if (typeof pattern !== 'string') throw wrong(index, 'pattern');
  return { kind: 'message', offset, channel, pattern, payload, receivedAt };
}

function readGap(reader: CborReader, items: number, index: number): GapEntry {
  const offset = reader.offset();
  if (offset === undefined) throw wrong(index, 'offset');
  const reason = reader.scalar();
  if (typeof reason !== 'string' || reason.length < 1 || reason.length > 100) {
    throw wrong(index, 'reason');
  }
  const from = reader.scalar();
  if (from !== null && !isTime(from)) throw wrong(index, 'from');
  const to = reader.scalar();
  if (to !== null && !isTime(to)) throw wrong(index, 'to');
  const count = items === 6 ? reader.scalar() : undefined;
  if (count === undefined || (count !== null && !isWhole(count))) throw wrong(index, 'count');
  return { kind: 'gap', offset, reason, from, to, count };
}

function isWhole(value: Scalar | undefined): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isTime(value: Scalar | undefined): value is number {
  return isWhole(value) && value <= LATEST_TIME;
}

function wrong(index: number, field: string): InvalidFrameError {
  return new InvalidFrameError(`the ${field} of entry ${index} is not as the protocol has it`);
}
