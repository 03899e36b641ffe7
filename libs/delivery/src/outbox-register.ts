import {
  CloseCode,
  compareOffsets,
  type GapEntry,
  type Hello,
  type Status,
} from '@relay/contracts';
import { type LastHeard, OutboxPosition } from './outbox-position.js';

/** An outbox as a receiver knows it; to its user a token by which `handled` knows where an entry came from. */
export interface TrackedOutbox<C> {
  readonly position: OutboxPosition;
  readonly process: string;
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

/** Why a publisher may not come in. */
export interface Refusal {
  readonly code: CloseCode;
  readonly reason: string;
}

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

  /** @param maxOutboxes beyond that the one is forgotten that was away for longest */
  constructor(private readonly maxOutboxes: number) {}

  /** The outbox that each publisher has or had last. */
  get publishers(): Iterable<TrackedOutbox<C>> {
    return this.#publishers.values();
  }

  find(outbox: string): TrackedOutbox<C> | undefined {
    return this.#outboxes.get(outbox);
  }

  /** Why `hello` has to be refused, if it has. */
  refusal(hello: Hello): Refusal | undefined {
    const { publisher, process, connection, outbox } = hello;
    const last = this.#publishers.get(publisher);
    if (last?.connection !== undefined && last.position.outbox !== outbox.id) {
      const reason = `another process is connected as ${publisher}`;
      return { code: CloseCode.nameInUse, reason };
    }
    const known = this.#outboxes.get(outbox.id);
    if (known === undefined) return undefined;
    if (known.connection !== undefined && known.process !== process) {
      return { code: CloseCode.nameInUse, reason: 'another process delivers this outbox' };
    }
    if (known.process === process && connection < known.connectionNumber) {
      return { code: CloseCode.superseded, reason: 'this process has a newer connection' };
    }
    if (last !== undefined && last !== known) {
      return { code: CloseCode.superseded, reason: `another process took the name ${publisher}` };
    }
    return undefined;
  }

  /** Takes a publisher in that is not refused; undefined when there is no room for another outbox. */
  enter(hello: Hello, now: number): Entered<C> | undefined {
    const predecessor = this.#predecessor(hello); // before it can be forgotten to make room
    const known = this.#outboxes.get(hello.outbox.id);
    if (known === undefined) {
      if (!this.#makeRoom(hello.publisher)) return undefined;
      return { tracked: this.#add(hello, predecessor, now) };
    }
    const { received } = known.position.position ?? {};
    if (received === undefined || compareOffsets(received, hello.outbox.next) < 0) {
      return { tracked: Object.assign(known, present(hello, now)) };
    }
    const lost = { from: known, gap: known.position.lost() };
    return { tracked: this.#add(hello, predecessor, now), lost };
  }

  #add(hello: Hello, predecessor: LastHeard | undefined, now: number): TrackedOutbox<C> {
    const tracked: TrackedOutbox<C> = {
      position: new OutboxPosition(hello.outbox.id, hello.publisher, predecessor),
      process: hello.process,
      connection: undefined,
      status: undefined,
      handledEntries: 0,
      handledBytes: 0,
      ackDueAt: undefined,
      acknowledgedAt: -Infinity,
      ...present(hello, now),
    };
    this.#outboxes.set(hello.outbox.id, tracked);
    this.#publishers.set(hello.publisher, tracked);
    return tracked;
  }

  #predecessor({ publisher, outbox }: Hello): LastHeard | undefined {
    const position = this.#publishers.get(publisher)?.position;
    return position?.outbox === outbox.id ? undefined : position?.lastHeard;
  }

  /**
   * Forgets an outbox, if there are too many: one that a later outbox of its publisher replaces, else
   * the one that was away for longest; false when all are in use.
   */
  #makeRoom(newcomer: string): boolean {
    if (this.#outboxes.size < this.maxOutboxes) return true;
    const idle = [...this.#outboxes.values()].filter(
      ({ connection, position }) => connection === undefined && position.pendingEntries === 0,
    );
    const isLast = (tracked: TrackedOutbox<C>): boolean => {
      const { publisher } = tracked.position;
      return publisher !== newcomer && this.#publishers.get(publisher) === tracked;
    };
    const [oldest] = idle.sort(
      (a, b) => Number(isLast(a)) - Number(isLast(b)) || a.since - b.since,
    );
    if (oldest === undefined) return false;
    const { outbox, publisher } = oldest.position;
    this.#outboxes.delete(outbox);
    if (this.#publishers.get(publisher) === oldest) this.#publishers.delete(publisher);
    return true;
  }
}

function present(
  { connection }: Hello,
  now: number,
): Pick<TrackedOutbox<unknown>, 'connectionNumber' | 'since' | 'hasLeft'> {
  return { connectionNumber: connection, since: now, hasLeft: false };
}
