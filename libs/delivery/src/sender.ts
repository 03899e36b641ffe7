import {
  BEFORE_ALL,
  CloseCode,
  compareOffsets,
  type Entry,
  entryBytes,
  GapReason,
  type Goodbye,
  type Offset,
  type PublisherFrame,
  successor,
  type Welcome,
} from '@relay/contracts';
import type { ReadLimit } from './outbox.js';
import { Ring } from './ring.js';
import { entriesOf, type Run, runOf, takenInAt } from './run.js';
import { entriesUpTo, SenderCounts } from './sender-counts.js';

/** What a frame carries at the most; a single larger entry travels alone. */
export const FRAME_LIMIT: ReadLimit = { entries: 1024, bytes: 256 * 1024 };

/** Where an outbox ends and begins. */
export interface OutboxEnds {
  readonly id: string;
  readonly oldest: Offset;
  readonly next: Offset;
}

export type SenderAction =
  | { readonly kind: 'send'; readonly frame: PublisherFrame }
  | { readonly kind: 'deliver'; readonly after: Offset; readonly run: Run }
  /** Read the outbox and answer with `entriesRead`. */
  | { readonly kind: 'read'; readonly after: Offset; readonly limit: ReadLimit }
  /** The cursor moved: something may be released. */
  | { readonly kind: 'progress' }
  | { readonly kind: 'close'; readonly code: CloseCode; readonly reason: string };

/** A place in the outbox, and when the entry there was taken in, if known. */
interface Place {
  readonly offset: Offset;
  readonly at: number | null;
}

interface InFlight {
  readonly first: Offset;
  readonly last: Place;
  readonly entries: number;
  readonly bytes: number;
}

type Connection =
  | { readonly state: 'disconnected' }
  | { readonly state: 'greeting' }
  | { readonly state: 'delivering'; readonly welcome: Welcome }
  | { readonly state: 'finished' };

const NOTHING: readonly SenderAction[] = [];

/**
 * The publisher's half of a delivery to one consumer: reads the outbox, keeps to the window, and sends
 * again what was not received when a connection broke. Events in, actions out; no I/O and no clock.
 */
export class Sender {
  /** What the consumer calls itself, once it has said so. */
  consumer: string | undefined;
  readonly counts = new SenderCounts();
  #connection: Connection = { state: 'disconnected' };
  /** The consumer has handled everything up to here. */
  #acknowledged: Place = { offset: BEFORE_ALL, at: null };
  /** Everything up to here was sent on this connection, or received before it. */
  #sent: Place = this.#acknowledged;
  /** Frames behind `#acknowledged` up to `#sent`, the oldest first. */
  readonly #inFlight = new Ring<InFlight>();
  #acknowledgedEntries = 0;
  #inFlightEntries = 0;
  #inFlightBytes = 0;
  #next: Offset = successor(BEFORE_ALL);
  #isReading = false;
  #goodbye: Goodbye | undefined;

  constructor(
    private readonly publisher: string,
    private readonly process: string,
  ) {}

  get state(): Connection['state'] {
    return this.#connection.state;
  }

  get acknowledged(): Offset {
    return this.#acknowledged.offset;
  }

  get sent(): Offset {
    return this.#sent.offset;
  }

  /** Entries sent and not acknowledged, and their bytes, as far as whole frames are. */
  get inFlight(): ReadLimit {
    return { entries: this.#inFlightEntries, bytes: this.#inFlightBytes };
  }

  /** What the consumer granted, while it is connected. */
  get window(): ReadLimit | undefined {
    return this.#connection.state === 'delivering' ? this.#connection.welcome.window : undefined;
  }

  /** Entries that were sent and are acknowledged. */
  get acknowledgedEntries(): number {
    const oldest = this.#inFlight.at(0);
    if (oldest === undefined) return this.#acknowledgedEntries;
    return this.#acknowledgedEntries + entriesUpTo(this.acknowledged, spanOf(oldest));
  }

  /** Whether the consumer has handled everything that the outbox holds. */
  get isDrained(): boolean {
    return compareOffsets(successor(this.acknowledged), this.#next) >= 0;
  }

  /** A connection stands; `connection` counts the connections of this process. */
  connected(connection: number, { id, oldest, next }: OutboxEnds): readonly SenderAction[] {
    this.#connection = { state: 'greeting' };
    this.#next = next;
    const { publisher, process } = this;
    const data = { publisher, process, connection, outbox: { id, oldest, next } };
    return [{ kind: 'send', frame: { event: 'hello', data } }];
  }

  /** The connection is gone. What was in flight stays so until the consumer says what it received. */
  disconnected(): void {
    if (this.state !== 'finished') this.#connection = { state: 'disconnected' };
  }

  welcomed(welcome: Welcome): readonly SenderAction[] {
    if (this.state !== 'greeting') {
      return [close(CloseCode.unexpectedFrame, 'welcome is the answer to hello')];
    }
    const { position } = welcome;
    if (position && compareOffsets(position.received, this.#next) >= 0) {
      return [close(CloseCode.unknownPosition, `received lies beyond the outbox, ${this.#next}`)];
    }
    if (position && compareOffsets(position.cursor, position.received) > 0) {
      return [close(CloseCode.unknownPosition, 'the cursor lies beyond what was received')];
    }
    this.consumer = welcome.consumer;
    this.#connection = { state: 'delivering', welcome };
    this.#resumeAfter(position?.received ?? this.acknowledged);
    const progress = position ? this.#acknowledge(position.cursor) : NOTHING;
    return [...progress, ...this.#pump()];
  }

  acknowledgedUpTo(cursor: Offset): readonly SenderAction[] {
    if (this.state !== 'delivering') {
      return [close(CloseCode.unexpectedFrame, 'ack is not allowed before welcome')];
    }
    if (compareOffsets(cursor, this.sent) > 0) {
      return [close(CloseCode.unknownPosition, `cursor lies beyond what was sent, ${this.sent}`)];
    }
    return [...this.#acknowledge(cursor), ...this.#pump()];
  }

  /** The outbox has grown up to `next`. */
  appended(next: Offset): readonly SenderAction[] {
    this.#next = next;
    return this.#pump();
  }

  /** The answer to the action `read`. */
  entriesRead(after: Offset, read: Run): readonly SenderAction[] {
    this.#isReading = false;
    if (this.#connection.state !== 'delivering') return NOTHING;
    if (after !== this.sent) return this.#pump(); // asked for on a connection before
    if (read.count === 0) return NOTHING;
    const { welcome } = this.#connection;
    const run = this.#sendable(read, welcome);
    // a connection before may have had more room; one alone waits for an acknowledgement
    if (!this.#fits(run, welcome)) return run.count > 1 ? this.#pump() : NOTHING;
    const { count: entries, bytes, first } = run;
    const last = { offset: run.last, at: run.lastAt };
    this.counts.sent(after, run);
    this.#inFlight.push({ first, last, entries, bytes });
    this.#inFlightEntries += entries;
    this.#inFlightBytes += bytes;
    this.#sent = last;
    return [{ kind: 'deliver', after, run }, ...this.#pump()];
  }

  /** There is no answer to the action `read`, or what was to be done with it was not done: the connection ends. */
  readFailed(): void {
    this.#isReading = false;
    this.disconnected();
  }

  /** Nothing more will be appended: say goodbye once everything is acknowledged. */
  drain(goodbye: Goodbye): readonly SenderAction[] {
    this.#goodbye = goodbye;
    return this.#pump();
  }

  #resumeAfter(received: Offset): void {
    let newest = this.#inFlight.at(this.#inFlight.length - 1);
    while (newest && compareOffsets(newest.last.offset, received) > 0) {
      // what is acknowledged of it stays so
      this.#acknowledgedEntries += entriesUpTo(this.acknowledged, spanOf(newest));
      this.#inFlight.pop();
      this.#forget(newest);
      newest = this.#inFlight.at(this.#inFlight.length - 1);
    }
    const known = newest?.last ?? this.#acknowledged;
    const isBefore = compareOffsets(received, known.offset) < 0; // of a consumer that went back
    this.#sent = { offset: received, at: isBefore ? null : known.at };
  }

  #acknowledge(cursor: Offset): readonly SenderAction[] {
    let { at } = this.#acknowledged;
    let oldest = this.#inFlight.at(0);
    while (oldest && compareOffsets(oldest.last.offset, cursor) <= 0) {
      at = oldest.last.at;
      this.#acknowledgedEntries += oldest.entries;
      this.#inFlight.shift();
      this.#forget(oldest);
      oldest = this.#inFlight.at(0);
    }
    // a consumer that forgot what it had acknowledged gets it again, and acknowledges it again
    if (compareOffsets(cursor, this.acknowledged) <= 0) return NOTHING;
    this.#acknowledged = { offset: cursor, at };
    return [{ kind: 'progress' }];
  }

  #forget(frame: InFlight): void {
    this.#inFlightEntries -= frame.entries;
    this.#inFlightBytes -= frame.bytes;
  }

  #pump(): readonly SenderAction[] {
    if (this.#connection.state !== 'delivering' || this.#isReading) return NOTHING;
    if (this.#goodbye && this.isDrained) {
      this.#connection = { state: 'finished' };
      return [
        { kind: 'send', frame: { event: 'goodbye', data: this.#goodbye } },
        close(CloseCode.goingAway, 'publisher shuts down'),
      ];
    }
    const hasUnsent = compareOffsets(successor(this.sent), this.#next) < 0;
    const limit = this.#room(this.#connection.welcome);
    if (!hasUnsent || limit === undefined) return NOTHING;
    this.#isReading = true;
    return [{ kind: 'read', after: this.sent, limit }];
  }

  /** What may be read for one frame; undefined when the window is used up. */
  #room({ window }: Welcome): ReadLimit | undefined {
    const entries = window.entries - this.#inFlightEntries;
    const bytes = window.bytes - this.#inFlightBytes;
    if (this.#inFlightEntries > 0 && (entries <= 0 || bytes <= 0)) return undefined;
    return {
      entries: Math.max(1, Math.min(entries, FRAME_LIMIT.entries, Math.ceil(window.entries / 2))),
      bytes: Math.min(bytes, FRAME_LIMIT.bytes, Math.ceil(window.bytes / 2)),
    };
  }

  /** Whether the window takes it; a single entry may always be in flight. */
  #fits({ count, bytes }: Run, { window }: Welcome): boolean {
    if (this.#inFlightEntries === 0 && count === 1) return true;
    return (
      this.#inFlightEntries + count <= window.entries && this.#inFlightBytes + bytes <= window.bytes
    );
  }

  /** What was read as this consumer gets it: mostly the very same, with nothing to encode. */
  #sendable(run: Run, { maxEntryBytes }: Welcome): Run {
    if (!run.hasGaps && run.largestBytes <= maxEntryBytes) return run;
    let { at } = this.#sent;
    const entries = entriesOf(run).map((entry) => {
      const sendable = sendableEntry(entry, at, maxEntryBytes);
      at = takenInAt(entry);
      return sendable;
    });
    return runOf(entries);
  }
}

/** @param at where what lies before it ends */
function sendableEntry(entry: Entry, at: number | null, maxEntryBytes: number): Entry {
  if (entry.kind === 'gap') {
    const isEndOnly = entry.reason === GapReason.overflow && entry.from === null;
    return isEndOnly ? { ...entry, from: at } : entry;
  }
  if (entryBytes(entry) <= maxEntryBytes) return entry;
  const { offset, receivedAt } = entry;
  const reason = GapReason.tooLarge;
  return { kind: 'gap', offset, reason, from: receivedAt, to: receivedAt, count: 1 };
}

function spanOf({ first, last, entries }: InFlight): Parameters<typeof entriesUpTo>[1] {
  return { first, last: last.offset, entries };
}

function close(code: CloseCode, reason: string): SenderAction {
  return { kind: 'close', code, reason };
}
