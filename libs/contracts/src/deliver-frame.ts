import { Decoder, Encoder } from 'cbor-x';
import { CborScan } from './cbor-scan.js';
import type { UnknownFrame } from './control-frames.js';
import type { Entry, GapEntry, MessageEntry } from './entries.js';
import { InvalidFrameError } from './invalid-frame-error.js';
import { OFFSET_PATTERN, type Offset } from './offset.js';

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

const encoder = new Encoder({ useRecords: false, tagUint8Array: false });
const decoderOptions = { useRecords: false, mapsAsObjects: true, int64AsNumber: true };
const decoder = new Decoder(decoderOptions);
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * The binary frame `["deliver", after, [entry, …]]` in CBOR (RFC 8949). A message is
 * `[0, offset, receivedAt, payload, channel]` with its pattern, if any, as the sixth item; a gap is
 * `[1, offset, reason, from, to, count]`.
 *
 * The bytes are part of a larger buffer, which is not written to again there.
 */
export function encodeDeliver({ after, entries }: Deliver): Uint8Array {
  return encoder.encode(['deliver', after, entries.map(toItems)]);
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
  const scan = new CborScan(bytes);
  const length = scan.array('an array', 1, Infinity);
  const event = scanEvent(scan);
  if (event !== 'deliver') return { event: 'unknown', data: event };
  if (length !== 3) throw new InvalidFrameError(`deliver has 3 items, not ${length}`);
  scanDeliver(scan);
  const [, after, entries] = decode(bytes);
  if (!isOffset(after)) throw new InvalidFrameError('after is not an offset');
  return { event, data: { after, entries: entries.map(toEntry) } };
}

function toItems(entry: Entry): unknown[] {
  if (entry.kind === 'gap') {
    return [Kind.gap, entry.offset, entry.reason, entry.from, entry.to, entry.count];
  }
  const { offset, receivedAt, payload, channel, pattern } = entry;
  return pattern === undefined
    ? [Kind.message, offset, receivedAt, payload, channel]
    : [Kind.message, offset, receivedAt, payload, channel, pattern];
}

function scanEvent(scan: CborScan): string {
  const event = scan.text('the name of an event');
  if (event.length === 0 || event.length > MAX_EVENT_BYTES) {
    throw new InvalidFrameError(`the name of an event has 1 to ${MAX_EVENT_BYTES} bytes`);
  }
  return utf8.decode(event);
}

function scanDeliver(scan: CborScan): void {
  scan.scalar();
  for (let entries = scan.array('entries', 1, MAX_DELIVER_ENTRIES); entries > 0; entries -= 1) {
    for (let items = scan.array('an entry', 5, 6); items > 0; items -= 1) scan.scalar();
  }
  scan.end();
}

/** What `scanDeliver` has let pass. */
function decode(bytes: Uint8Array): [unknown, unknown, unknown[][]] {
  try {
    return decoder.decode(bytes) as [unknown, unknown, unknown[][]];
  } catch (cause) {
    throw new InvalidFrameError('the binary frame is not CBOR', { cause });
  }
}

function toEntry(items: unknown[], index: number): Entry {
  if (items[0] === Kind.message) return toMessage(items, index);
  if (items[0] === Kind.gap) return toGap(items, index);
  throw wrong(index, 'kind');
}

// The checks below accept what messageEntry and gapEntry accept, at a tenth of the cost; a test holds
// them against each other.

function toMessage(items: unknown[], index: number): MessageEntry {
  const [, offset, receivedAt, payload, channel, pattern] = items;
  if (!isOffset(offset)) throw wrong(index, 'offset');
  if (!isTime(receivedAt)) throw wrong(index, 'receivedAt');
  if (!(payload instanceof Uint8Array)) throw wrong(index, 'payload');
  if (typeof channel !== 'string') throw wrong(index, 'channel');
  if (items.length === 5) return { kind: 'message', offset, channel, payload, receivedAt };
  if (typeof pattern !== 'string') throw wrong(index, 'pattern');
  return { kind: 'message', offset, channel, pattern, payload, receivedAt };
}

function toGap(items: unknown[], index: number): GapEntry {
  const [, offset, reason, from, to, count] = items;
  if (!isOffset(offset)) throw wrong(index, 'offset');
  if (typeof reason !== 'string' || reason.length < 1 || reason.length > 100) {
    throw wrong(index, 'reason');
  }
  if (from !== null && !isTime(from)) throw wrong(index, 'from');
  if (to !== null && !isTime(to)) throw wrong(index, 'to');
  if (count !== null && !isWhole(count)) throw wrong(index, 'count');
  return { kind: 'gap', offset, reason, from, to, count };
}

function isOffset(value: unknown): value is Offset {
  return typeof value === 'string' && OFFSET_PATTERN.test(value);
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isTime(value: unknown): value is number {
  return isWhole(value) && value <= LATEST_TIME;
}

function wrong(index: number, field: string): InvalidFrameError {
  return new InvalidFrameError(`the ${field} of entry ${index} is not as the protocol has it`);
}
