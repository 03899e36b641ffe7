import {
  CloseCode,
  compareOffsets,
  type GapEntry,
  type Hello,
  type Offset,
  type Status,
  type Welcome,
} from '@relay/contracts';
import { type LastHeard, OutboxPosition } from './outbox-position.js';

/** An outbox as a receiver knows it; to its user a token by which `handled` knows where an entry came from. */
export interface TrackedOutbox<C> {
  readonly position: OutboxPosition;
  process: string;
  /** Counts how often publishers came in: by it one sees that another came in meanwhile. */
  arrival: number;
  /** The newest connection that its publisher made, whether it stands or not. */
  connectionNumber: number;
  connection: C | undefined;
  /** Since when it is connected, or away. */
  since: number;
  /** The last `status` frame. */
  status: Status | undefined;
  hasLeft: boolean;
  handledEntries: number;
  handledBytes: number;
  ackDueAt: number | undefined;
  /** When it was acknowledged last. */
  acknowledgedAt: number;
}

/** What a connection was welcomed for. */
export interface Greeting {
  readonly hello: Hello;
  readonly at: number;
  /** What was last heard of the outbox that this publisher had before; undefined: it is new here. */
  readonly predecessor: LastHeard | undefined;
  /** The last arrival of a publisher of this name; undefined: none is remembered. */
  readonly lastArrival: number | undefined;
  /** Up to where the welcome told that entries are handled. */
  readonly cursor: Offset | undefined;
}

/** Why a publisher may not come in. */
export interface Refusal {
  readonly code: CloseCode;
  readonly reason: string;
}

export const NOT_NEWEST: Refusal = {
  code: CloseCode.superseded,
  reason: 'this process has a newer connection',
};

const OVERTAKEN: Refusal = {
  code: CloseCode.nameInUse,
  reason: 'another process of this name came in meanwhile',
};

/** What became of a publisher that came in. */
export interface Entered<C> {
  readonly tracked: TrackedOutbox<C>;
  /** What is to be handed on, when the outbox went back behind its position. */
  readonly lost?: { readonly from: TrackedOutbox<C>; readonly gap: GapEntry };
}

/** The outboxes that a consumer knows, and the publishers that have them; bounded. */
export class OutboxRegister<C> {
  readonly #outboxes = new Map<string, TrackedOutbox<C>>();
  /** The outbox that each publisher had last, by its name. */
  readonly #publishers = new Map<string, TrackedOutbox<C>>();
  /** The last greetings of outboxes whose publishers did not come in since. */
  readonly #greetings = new Map<string, Greeting>();
  #arrivals = 0;

  /** @param maxOutboxes beyond that the one is forgotten that was away for longest */
  constructor(private readonly maxOutboxes: number) {}

  /** The outbox that each publisher has or had last. */
  get publishers(): Iterable<TrackedOutbox<C>> {
    return this.#publishers.values();
  }

  find(outbox: string): TrackedOutbox<C> | undefined {
    return this.#outboxes.get(outbox);
  }

  /** Whether the process that says `hello` is the one that came in with this outbox last. */
  knows({ process, outbox }: Hello): boolean {
    return this.#outboxes.get(outbox.id)?.process === process;
  }

  /** Where the publisher goes on; null at the beginning, and where the outbox went back. */
  position({ outbox }: Hello): Welcome['position'] {
    const position = this.#outboxes.get(outbox.id)?.position.position ?? null;
    return position && compareOffsets(position.received, outbox.next) < 0 ? position : null;
  }

  /** Why `hello` has to be refused, if it has. */
  refusal(hello: Hello): Refusal | undefined {
    const { publisher, process, connection, outbox } = hello;
    const last = this.#publishers.get(publisher);
    if (last?.connection !== undefined && last.position.outbox !== outbox.id) return taken(hello);
    const known = this.#outboxes.get(outbox.id);
    if (known === undefined) return this.#hasRoom(publisher) ? undefined : this.#full();
    if (known.connection !== undefined && known.process !== process) {
      return { code: CloseCode.nameInUse, reason: 'another process delivers this outbox' };
    }
    if (known.process === process && connection < known.connectionNumber) return NOT_NEWEST;
    if (last !== undefined && last !== known) {
      return { code: CloseCode.superseded, reason: `another process took the name ${publisher}` };
    }
    return undefined;
  }

  /** Remembers a publisher that is not refused, and has not come in. */
  greet(hello: Hello, now: number): Greeting {
    const { publisher } = hello;
    const lastArrival = this.#publishers.get(publisher)?.arrival;
    const cursor = this.position(hello)?.cursor;
    const predecessor = this.#predecessor(hello);
    const greeting = { hello, at: now, predecessor, lastArrival, cursor };
    this.#greetings.delete(hello.outbox.id);
    this.#greetings.set(hello.outbox.id, greeting);
    const [oldest] = this.#greetings.keys();
    if (oldest && this.#greetings.size > this.maxOutboxes) this.#greetings.delete(oldest);
    return greeting;
  }

  /** Why one that was greeted has to be refused after all, if it has. */
  refusalNow({ hello, lastArrival }: Greeting): Refusal | undefined {
    const isOvertaken = this.#publishers.get(hello.publisher)?.arrival !== lastArrival;
    return this.refusal(hello) ?? (isOvertaken ? OVERTAKEN : undefined);
  }

  /** Takes a publisher in that is not refused. */
  enter(greeting: Greeting): Entered<C> {
    const { hello, at: now, predecessor } = greeting;
    this.#arrivals += 1;
    const known = this.#outboxes.get(hello.outbox.id);
    if (known && (known.position.position === null || this.position(hello) !== null)) {
      this.#greetings.delete(hello.outbox.id);
      return { tracked: Object.assign(known, this.#present(hello, now)) };
    }
    this.#forgetUpTo(greeting);
    if (known === undefined) this.#makeRoom(hello.publisher);
    const lost = known && { from: known, gap: known.position.lost() };
    return { tracked: this.#add(hello, predecessor, now), ...(lost && { lost }) };
  }

  /** What was greeted before, the beginning of this outbox tells. */
  #forgetUpTo(greeting: Greeting): void {
    const greetings = this.#greetingsOf(greeting.hello.publisher);
    for (const { hello } of greetings.slice(0, greetings.indexOf(greeting) + 1)) {
      this.#greetings.delete(hello.outbox.id);
    }
  }

  #add(hello: Hello, predecessor: LastHeard | undefined, now: number): TrackedOutbox<C> {
    const tracked: TrackedOutbox<C> = {
      position: new OutboxPosition(hello.outbox.id, hello.publisher, predecessor),
      connection: undefined,
      status: undefined,
      handledEntries: 0,
      handledBytes: 0,
      ackDueAt: undefined,
      acknowledgedAt: -Infinity,
      ...this.#present(hello, now),
    };
    this.#outboxes.set(hello.outbox.id, tracked);
    this.#publishers.set(hello.publisher, tracked);
    return tracked;
  }

  #predecessor({ publisher, outbox }: Hello): LastHeard | undefined {
    const last = this.#publishers.get(publisher);
    const before = this.#greetings.get(outbox.id);
    if (before && before.lastArrival === last?.arrival) return before.predecessor;
    const heard = last?.position.outbox === outbox.id ? undefined : last?.position.lastHeard;
    if (this.#greetingsOf(publisher).every((other) => other === before)) return heard;
    return { isClean: false, until: heard?.until ?? null }; // one that never came in is lost
  }

  #greetingsOf(publisher: string): Greeting[] {
    return [...this.#greetings.values()].filter(({ hello }) => hello.publisher === publisher);
  }

  #present(
    { process, connection }: Hello,
    now: number,
  ): Pick<TrackedOutbox<C>, 'arrival' | 'process' | 'connectionNumber' | 'since' | 'hasLeft'> {
    const arrival = this.#arrivals;
    return { arrival, process, connectionNumber: connection, since: now, hasLeft: false };
  }

  #hasRoom(newcomer: string): boolean {
    return this.#outboxes.size < this.maxOutboxes || this.#leastMissed(newcomer) !== undefined;
  }

  #full(): Refusal {
    const reason = `${this.maxOutboxes} outboxes are connected`;
    return { code: CloseCode.tooManyOutboxes, reason };
  }

  /** Forgets an outbox, if there are too many. */
  #makeRoom(newcomer: string): void {
    if (this.#outboxes.size < this.maxOutboxes) return;
    const forgotten = this.#leastMissed(newcomer);
    if (forgotten === undefined) return;
    const { outbox, publisher } = forgotten.position;
    this.#outboxes.delete(outbox);
    if (this.#publishers.get(publisher) === forgotten) this.#publishers.delete(publisher);
  }

  /**
   * An outbox that a later one of its publisher replaces, else the one that was away for longest; undefined
   * when all are in use.
   */
  #leastMissed(newcomer: string): TrackedOutbox<C> | undefined {
    const idle = [...this.#outboxes.values()].filter(
      ({ connection, position }) => connection === undefined && position.pendingEntries === 0,
    );
    const isLast = (tracked: TrackedOutbox<C>): boolean => {
      const { publisher } = tracked.position;
      return publisher !== newcomer && this.#publishers.get(publisher) === tracked;
    };
    return idle.sort((a, b) => Number(isLast(a)) - Number(isLast(b)) || a.since - b.since)[0];
  }
}

/** Another process has come in under this name. */
function taken({ publisher }: Hello): Refusal {
  const reason = `another process is connected as ${publisher}: one of them needs another PUBLISHER_NAME`;
  return { code: CloseCode.nameInUse, reason };
}
