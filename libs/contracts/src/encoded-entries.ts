import { CborReader, type Scalar } from './cbor-reader.js';
import { CborWriter, MAX_HEAD_BYTES } from './cbor-writer.js';
import type { Entry, GapEntry, MessageEntry } from './entries.js';
import { InvalidFrameError } from './invalid-frame-error.js';

/** Entries as they travel in a `deliver`: the items of its array, one behind the other. */
export interface EncodedEntries {
  readonly count: number;
  readonly items: Uint8Array;
}

/** An entry before it has its place. */
type Unplaced<E extends Entry> = Omit<E, 'offset'>;

/** The place of an entry that is written: an offset, or the number n of the offset `0-n`. */
type Place = MessageEntry['offset'] | number;

const LATEST_TIME = 8.64e15;
/** The array of an entry, and what is in it. */
const MAX_ITEMS = 7;
const MAX_CHARACTER_BYTES = 3;
/** What an offset `0-n` begins with; as bytes, since a string takes its time to give its characters. */
const NUMBERED = new TextEncoder().encode('0-');
/** Characters of an offset `0-n`. */
const MAX_NUMBERED = NUMBERED.length + String(Number.MAX_SAFE_INTEGER).length;

/** The first item of an entry. */
const Kind = { message: 0, gap: 1 } as const;

/** The most bytes that `writeEntry` writes. */
export function maxEncodedBytes(
  entry: Unplaced<MessageEntry> | Unplaced<GapEntry>,
  at: Place,
): number {
  const characters = (typeof at === 'number' ? MAX_NUMBERED : at.length) + namesLength(entry);
  const payloadBytes = entry.kind === 'message' ? entry.payload.length : 0;
  return MAX_ITEMS * MAX_HEAD_BYTES + MAX_CHARACTER_BYTES * characters + payloadBytes;
}

/**
 * Writes an entry: a message is `[0, offset, receivedAt, payload, channel]` with its pattern, if any, as the
 * sixth item; a gap is `[1, offset, reason, from, to, count]`.
 */
export function writeEntry(
  writer: CborWriter,
  entry: Unplaced<MessageEntry> | Unplaced<GapEntry>,
  at: Place,
): void {
  if (entry.kind === 'message') {
    const { pattern } = entry;
    writer.array(pattern === undefined ? 5 : 6);
    writer.number(Kind.message);
    writePlace(writer, at);
    writer.number(entry.receivedAt);
    writer.bytes(entry.payload);
    writer.name(entry.channel);
    if (pattern !== undefined) writer.text(pattern);
    return;
  }
  writer.array(6);
  writer.number(Kind.gap);
  writePlace(writer, at);
  writer.text(entry.reason);
  writer.numberOrNull(entry.from);
  writer.numberOrNull(entry.to);
  writer.numberOrNull(entry.count);
}

export function encodeEntries(entries: readonly Entry[]): EncodedEntries {
  const writer = new CborWriter();
  writer.begin(entries.reduce((sum, entry) => sum + maxEncodedBytes(entry, entry.offset), 0));
  for (const entry of entries) writeEntry(writer, entry, entry.offset);
  return { count: entries.length, items: writer.written };
}

/** Payloads are views. */
export function decodeEntries({ count, items }: EncodedEntries): Entry[] {
  const reader = new CborReader(items);
  const entries = readEntries(reader, count);
  reader.end();
  return entries;
}

/** @throws InvalidFrameError naming the first that is not as the protocol has it */
export function readEntries(reader: CborReader, count: number): Entry[] {
  const entries: Entry[] = [];
  for (let index = 0; index < count; index++) entries.push(readEntry(reader, index));
  return entries;
}

function namesLength(entry: Unplaced<MessageEntry> | Unplaced<GapEntry>): number {
  if (entry.kind === 'gap') return entry.reason.length;
  return entry.channel.length + (entry.pattern === undefined ? 0 : entry.pattern.length);
}

function writePlace(writer: CborWriter, at: Place): void {
  if (typeof at === 'number') writer.numbered(NUMBERED, at);
  else writer.text(at);
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
