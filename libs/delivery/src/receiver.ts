import {
  CloseCode,
  compareOffsets,
  type Deliver,
  type Entry,
  type Goodbye,
  type Hello,
  type Offset,
  type Status,
} from '@relay/contracts';
import type { OutboxPosition } from './outbox-position.js';
import {
  type Greeting,
  NOT_NEWEST,
  OutboxRegister,
  type TrackedOutbox,
} from './outbox-register.js';
import type { Hand, ReceiverAction, ReceiverOptions } from './receiver-action.js';
import { weightOf } from './weight.js';

/**
 * An ack is due this long after the first handled entry that it would cover, at the latest; and, at rest,
 * no sooner than this after the one before: what comes one by one is not to cost an ack each. An ack costs
 * both sides as much as a message; a consumer that is killed handles again what it had not acknowledged.
 */
const ACK_DELAY_MS = 50;

const CONNECTED_AGAIN = [CloseCode.superseded, 'this process has connected again'] as const;

/**
 * The consumer's half of every delivery: puts in order, recognises what it has had, hands on and
 * acknowledges. Events in, actions out; no I/O, no timers, no clock.
 *
 * @typeParam C whatever stands for a connection
 */
export class Receiver<C> {
  /** Entries that were taken in. */
  received = 0;
  /** Entries that came again and were left out. */
  duplicates = 0;
  readonly #sessions = new Map<C, TrackedOutbox<C>>();
  /** Welcomed, and not heard since. */
  readonly #unproven = new Map<C, Greeting>();
  readonly #register: OutboxRegister<C>;
  readonly #acksDue = new Set<TrackedOutbox<C>>();
  /** Taken back, and no publisher would deliver it again. */
  readonly #owed: Hand<C>[] = [];

  constructor(private readonly options: ReceiverOptions) {
    this.#register = new OutboxRegister(options.maxOutboxes);
  }

  /** The outbox that each publisher has or had last. */
  get publishers(): Iterable<TrackedOutbox<C>> {
    return this.#register.publishers;
  }

  /** When `timePassed` is to be called next; undefined: no need. */
  get deadline(): number | undefined {
    let earliest: number | undefined;
    for (const { ackDueAt = Infinity } of this.#acksDue) {
      earliest = Math.min(earliest ?? Infinity, ackDueAt);
    }
    return earliest;
  }

  hello(connection: C, hello: Hello, now: number): ReceiverAction<C>[] {
    if (this.#sessions.has(connection) || this.#unproven.has(connection)) {
      return this.#violation(connection, now, CloseCode.unexpectedFrame, 'hello was said already');
    }
    const others = [...this.#unproven].filter(([, other]) => other.hello.process === hello.process);
    const isNewest = others.every(([, other]) => other.hello.connection < hello.connection);
    const refusal = isNewest ? this.#register.refusal(hello) : NOT_NEWEST;
    if (refusal) return [{ kind: 'close', connection, ...refusal, refused: hello }];
    const { name: consumer, window, maxEntryBytes } = this.options;
    const position = this.#register.position(hello);
    const data = { consumer, position, window, maxEntryBytes };
    const welcome = { kind: 'send', connection, frame: { event: 'welcome', data } } as const;
    const isKnown = this.#register.knows(hello);
    const greeting = this.#register.greet(hello, now);
    if (isKnown) return [...this.#enter(connection, greeting, now), welcome];
    this.#unproven.set(connection, greeting);
    return [
      ...others.flatMap(([older]) => this.#violation(older, now, ...CONNECTED_AGAIN)),
      welcome,
    ];
  }

  deliver(connection: C, deliver: Deliver, now: number): ReceiverAction<C>[] {
    const tracked = this.#sessions.get(connection);
    if (tracked === undefined) {
      return this.#first(connection, 'deliver', now, () => this.deliver(connection, deliver, now));
    }
    const { after, entries } = deliver;
    const { position } = tracked;
    if (!areAscending(after, entries)) {
      return this.#violation(connection, now, CloseCode.outOfOrder, 'the offsets do not ascend');
    }
    if (position.skips(after)) {
      const reason = `after ${after} lies beyond what was received`;
      return this.#violation(connection, now, CloseCode.outOfOrder, reason);
    }
    const { bytes, largest } = weightOf(entries);
    if (largest > this.options.maxEntryBytes) {
      const reason = `an entry is larger than ${this.options.maxEntryBytes} bytes`;
      return this.#violation(connection, now, CloseCode.windowExceeded, reason);
    }
    const fresh = detached(position.fresh(entries), entries);
    const freshBytes = fresh === entries ? bytes : weightOf(fresh).bytes;
    if (this.#exceedsWindow(position, fresh.length, freshBytes)) {
      return this.#violation(connection, now, CloseCode.windowExceeded, 'the window was exceeded');
    }
    this.received += fresh.length;
    this.duplicates += entries.length - fresh.length;
    const handed = position.receive(after, fresh, freshBytes);
    if (handed.length === 0) return [];
    return [{ kind: 'hand', from: tracked, entries: handed, isDelivered: true }];
  }

  status(connection: C, status: Status, now: number): ReceiverAction<C>[] {
    const tracked = this.#sessions.get(connection);
    if (tracked === undefined) {
      return this.#first(connection, 'status', now, () => this.status(connection, status, now));
    }
    tracked.status = status;
    tracked.position.heardUntil(status.heardUntil);
    return [];
  }

  goodbye(connection: C, goodbye: Goodbye, now: number): ReceiverAction<C>[] {
    const tracked = this.#sessions.get(connection);
    if (tracked === undefined) {
      return this.#first(connection, 'goodbye', now, () => this.goodbye(connection, goodbye, now));
    }
    tracked.hasLeft = true;
    tracked.position.saidGoodbye(goodbye.subscriptionEndedAt);
    return [];
  }

  disconnected(connection: C, now: number): void {
    const tracked = this.#sessions.get(connection);
    this.#sessions.delete(connection);
    this.#unproven.delete(connection);
    if (tracked?.connection === connection) this.#away(tracked, now);
  }

  /** What was to be handed on last, and was not, comes again. */
  takeBack(hand: Hand<C>): void {
    if (hand.isDelivered) this.received -= hand.from.position.takeBack();
    else this.#owed.push(hand);
  }

  /** The handlers are done with the oldest `count` entries of this outbox that they were handed. */
  handled(from: TrackedOutbox<C>, now: number, count = 1): ReceiverAction<C>[] {
    const taken = from.position.handled(count);
    if (taken === undefined || from.connection === undefined) return [];
    from.handledEntries += taken.entries;
    from.handledBytes += taken.bytes;
    if (this.#isHalfWindow(from) || this.#isAtRest(from, now)) return this.#acknowledge(from, now);
    if (from.ackDueAt === undefined) {
      from.ackDueAt = now + ACK_DELAY_MS;
      this.#acksDue.add(from);
    }
    return [];
  }

  /** Time has come for what `deadline` said. */
  timePassed(now: number): ReceiverAction<C>[] {
    return [...this.#acksDue].flatMap((tracked) =>
      (tracked.ackDueAt ?? Infinity) <= now ? this.#acknowledge(tracked, now) : [],
    );
  }

  /** Acknowledges everything that is handled, now. */
  flush(now: number): ReceiverAction<C>[] {
    return [...this.#acksDue].flatMap((tracked) => this.#acknowledge(tracked, now));
  }

  #isHalfWindow({ handledEntries, handledBytes }: TrackedOutbox<C>): boolean {
    const { entries, bytes } = this.options.window;
    return handledEntries * 2 >= entries || handledBytes * 2 >= bytes;
  }

  /** Nothing waits to be covered, and the last ack is a while ago. */
  #isAtRest({ position, acknowledgedAt }: TrackedOutbox<C>, now: number): boolean {
    return position.pendingEntries === 0 && now - acknowledgedAt >= ACK_DELAY_MS;
  }

  #acknowledge(tracked: TrackedOutbox<C>, now: number): ReceiverAction<C>[] {
    this.#settle(tracked);
    tracked.acknowledgedAt = now;
    const { connection } = tracked;
    const { cursor } = tracked.position;
    if (connection === undefined || cursor === undefined) return [];
    return [{ kind: 'send', connection, frame: { event: 'ack', data: { cursor } } }];
  }

  /** No acknowledgement is owed. */
  #settle(tracked: TrackedOutbox<C>): void {
    tracked.handledEntries = 0;
    tracked.handledBytes = 0;
    tracked.ackDueAt = undefined;
    this.#acksDue.delete(tracked);
  }

  #exceedsWindow(position: OutboxPosition, entries: number, bytes: number): boolean {
    const pending = position.pendingEntries + entries;
    if (pending <= 1) return false; // one may always be on its way, however large
    const { window } = this.options;
    return pending > window.entries || position.pendingBytes + bytes > window.bytes;
  }

  #enter(connection: C, greeting: Greeting, now: number): ReceiverAction<C>[] {
    const { hello, lastArrival } = greeting;
    const before = this.#register.find(hello.outbox.id)?.connection;
    const actions = before ? this.#violation(before, now, ...CONNECTED_AGAIN) : [];
    const { tracked, lost } = this.#register.enter(greeting);
    this.#sessions.set(connection, tracked);
    tracked.connection = connection;
    this.#settle(tracked);
    actions.push({
      kind: 'entered',
      publisher: hello.publisher,
      isBack: lastArrival !== undefined,
    });
    actions.push(...this.#owed.splice(0));
    if (lost) {
      actions.push({ kind: 'hand', from: lost.from, entries: [lost.gap], isDelivered: false });
    }
    const isTold = tracked.position.cursor === greeting.cursor; // by the welcome
    return isTold ? actions : [...actions, ...this.#acknowledge(tracked, greeting.at)];
  }

  /**
   * The first frame behind the welcome: a process that the consumer did not know lives, and comes in. Its
   * `hello` alone could have been long on its way, and the process be no more.
   */
  #first(
    connection: C,
    event: string,
    now: number,
    take: () => ReceiverAction<C>[],
  ): ReceiverAction<C>[] {
    const greeting = this.#unproven.get(connection);
    if (greeting === undefined) return this.#beforeHello(connection, event, now);
    this.#unproven.delete(connection);
    const refusal = this.#register.refusalNow(greeting);
    if (refusal) return [{ kind: 'close', connection, ...refusal, refused: greeting.hello }];
    const entered = this.#enter(connection, greeting, now);
    try {
      return [...entered, ...take()];
    } catch (error) {
      for (const action of entered) if (action.kind === 'hand') this.takeBack(action);
      throw error;
    }
  }

  /** The connection is not to be heard any more. */
  #violation(connection: C, now: number, code: CloseCode, reason: string): ReceiverAction<C>[] {
    const tracked = this.#sessions.get(connection);
    this.#sessions.delete(connection);
    this.#unproven.delete(connection);
    if (tracked?.connection === connection) this.#away(tracked, now);
    return [{ kind: 'close', connection, code, reason }];
  }

  #away(tracked: TrackedOutbox<C>, now: number): void {
    tracked.connection = undefined;
    tracked.since = now;
    this.#settle(tracked);
  }

  #beforeHello(connection: C, event: string, now: number): ReceiverAction<C>[] {
    const reason = `${event} is not allowed before hello`;
    return this.#violation(connection, now, CloseCode.unexpectedFrame, reason);
  }
}

/**
 * Payloads are views into the frame that brought them. Where the rest of a frame is left out, they are
 * copied, so that a small message does not keep a large frame.
 */
function detached(fresh: readonly Entry[], all: readonly Entry[]): readonly Entry[] {
  if (fresh.length === all.length) return fresh;
  return fresh.map((entry) =>
    entry.kind === 'message' ? { ...entry, payload: new Uint8Array(entry.payload) } : entry,
  );
}

/** Whether the offsets ascend, beginning behind `after`. */
function areAscending(after: Offset, entries: readonly Entry[]): boolean {
  let last = after;
  for (const { offset } of entries) {
    if (compareOffsets(offset, last) <= 0) return false;
    last = offset;
  }
  return true;
}
