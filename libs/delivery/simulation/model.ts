import {
  CloseCode,
  type Entry,
  entryBytes,
  GapReason,
  type Offset,
  type Status,
  type Welcome,
} from '@relay/contracts';
import type { HandedEntry, NewEntry } from '../src/index.js';
import { ConsumerAccount, type Place } from './consumer-account.js';
import type { PublishedMessage } from './frames.js';
import { HANDLED_AGAIN, type Setup } from './histories.js';
import { numberOf, PlainOutbox } from './plain-outbox.js';
import { Violation } from './violation.js';

/** Closes that may happen to peers who keep to the protocol. */
const HARMLESS: ReadonlySet<number> = new Set([
  CloseCode.goingAway,
  CloseCode.handshakeTimeout,
  CloseCode.nameInUse,
  CloseCode.tooManyOutboxes,
  CloseCode.superseded,
  CloseCode.internalError,
]);

/** What a sender has on the way to its consumer. */
interface InFlight {
  readonly n: number;
  readonly bytes: number;
}

/** Knows everything that happened, from outside, and what follows from it for every consumer. */
export class Model {
  readonly accounts: readonly ConsumerAccount[];
  /** What happened at all, to see that the histories reach it. */
  readonly seen = new Set<string>();
  readonly #published: PublishedMessage[] = [];
  readonly #byPayload = new Map<Uint8Array, PublishedMessage>();
  readonly #places = new Map<PublishedMessage, Place>();
  readonly #outboxes = new Map<string, PlainOutbox>();
  readonly #heardUntil = new WeakMap<Status, number | null>();
  readonly #inFlight: InFlight[][];
  readonly #windows: (Welcome['window'] | undefined)[] = [];

  constructor(private readonly setup: Setup) {
    const saw = (what: string): unknown => this.seen.add(what);
    const numbers = Array.from({ length: setup.consumers }, (_, number) => number);
    this.accounts = numbers.map((number) => new ConsumerAccount(number, setup.maxEntryBytes, saw));
    this.#inFlight = numbers.map(() => []);
  }

  published(message: PublishedMessage): void {
    this.#published.push(message);
    this.#byPayload.set(message.payload, message);
  }

  publisherStarted(outbox: string): void {
    const { consumers, bounds } = this.setup;
    this.#outboxes.set(outbox, new PlainOutbox(outbox, consumers, bounds));
    for (const inFlight of this.#inFlight) inFlight.length = 0;
  }

  publisherEnded(outbox: string): void {
    this.outbox(outbox).hasEnded = true;
  }

  appended(id: string, entry: NewEntry, now: number): void {
    const outbox = this.outbox(id);
    const message = entry.kind === 'message' ? this.#byPayload.get(entry.payload) : undefined;
    if (message) this.#places.set(message, { outbox, n: outbox.next });
    outbox.append(entry, message, now);
  }

  /** The publisher got a welcome. */
  resumed(consumer: number, id: string, { position, window }: Welcome): void {
    const outbox = this.outbox(id);
    this.accounts[consumer]?.resumed(outbox, position !== null);
    this.#windows[consumer] = window;
    const received = position ? numberOf(position.received) : (outbox.acknowledged[consumer] ?? 0);
    const inFlight = this.#inFlight[consumer] ?? [];
    while (inFlight.length > 0 && (inFlight.at(-1)?.n ?? 0) > received) inFlight.pop();
    if (position) this.acknowledged(consumer, id, position.cursor);
  }

  /** The publisher got an acknowledgement. */
  acknowledged(consumer: number, id: string, cursor: Offset): void {
    const outbox = this.outbox(id);
    outbox.acknowledge(consumer, cursor);
    const inFlight = this.#inFlight[consumer] ?? [];
    while ((inFlight[0]?.n ?? Infinity) <= numberOf(cursor)) inFlight.shift();
  }

  /** The publisher sent a frame. */
  delivered(consumer: number, entries: readonly Entry[]): void {
    const inFlight = this.#inFlight[consumer] ?? [];
    for (const entry of entries) {
      inFlight.push({ n: numberOf(entry.offset), bytes: entryBytes(entry) });
    }
    const bytes = inFlight.reduce((sum, entry) => sum + entry.bytes, 0);
    const window = this.#windows[consumer];
    const fits = window && inFlight.length <= window.entries && bytes <= window.bytes;
    if (fits || inFlight.length === 1) return;
    throw new Violation(
      'window exceeded',
      `${inFlight.length} entries, ${bytes} bytes on the way to consumer ${consumer}`,
    );
  }

  /** The publisher sent a status. */
  statusSent(id: string, sent: Offset, status: Status): void {
    this.#heardUntil.set(status, this.outbox(id).heardUntil(sent));
  }

  /** Until when its consumer knows what was published, by rights, once it has this status. */
  heardUntil(status: Status): number | null {
    return this.#heardUntil.get(status) ?? null;
  }

  /** The publisher said goodbye. */
  finished(consumer: number, id: string): void {
    const outbox = this.outbox(id);
    outbox.finished.add(consumer);
    const acknowledged = outbox.acknowledged[consumer] ?? 0;
    if (acknowledged + 1 === outbox.next) return;
    throw new Violation('goodbye too soon', `at ${acknowledged} of ${outbox.next - 1}`);
  }

  /** A consumer's process that ended by itself is seen to be gone: nothing it handled may come again. */
  consumerLeft(consumer: number, id: string, handled: number | undefined): void {
    const acknowledged = this.outbox(id).acknowledged[consumer] ?? 0;
    if (handled === undefined || handled <= acknowledged) return;
    throw new Violation(
      'acknowledgement missing',
      `consumer ${consumer} left having handled ${handled}, acknowledged ${acknowledged}`,
    );
  }

  closed(code: number, reason: string): void {
    this.seen.add(`closed with ${code}`);
    if (!HARMLESS.has(code)) throw new Violation('protocol violated', `${code} ${reason}`);
  }

  handled(consumer: number, id: string, entry: HandedEntry): void {
    this.accounts[consumer]?.handled(this.outbox(id), entry);
  }

  /** What a consumer may hold that is not handled. */
  checkPending(entries: number, bytes: number): void {
    const { window } = this.setup;
    if (entries <= 1 || (entries <= window.entries && bytes <= window.bytes)) return;
    throw new Violation('memory exceeded', `${entries} entries, ${bytes} bytes are pending`);
  }

  /** Only after faults that the design does not survive may anything be missing or come again. */
  checkExcused(excused: ReadonlySet<string>): void {
    if (this.seen.has(HANDLED_AGAIN) && !excused.has(HANDLED_AGAIN)) {
      throw new Violation('twice or out of order', 'and no consumer was killed');
    }
    for (const reason of Object.values(GapReason)) {
      if (this.seen.has(reason) && !excused.has(reason)) {
        throw new Violation('gap without a loss', `${reason}, and no fault that excuses it`);
      }
    }
  }

  /** To be asked when all is at rest. */
  check(): void {
    for (const account of this.accounts) account.check(this.#published, this.#places);
  }

  outbox(id: string): PlainOutbox {
    const outbox = this.#outboxes.get(id);
    if (outbox === undefined) throw new Error(`no outbox ${id}`);
    return outbox;
  }
}
