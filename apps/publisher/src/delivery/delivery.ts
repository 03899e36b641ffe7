import { randomUUID } from 'node:crypto';
import {
  acknowledgedByAll,
  Continuity,
  MemoryOutbox,
  type NewMessage,
  type OutboxBounds,
} from '@relay/delivery';
import { EventLog, type Tally, Tenfold, Tokens } from '@relay/runtime';
import type { LimitsReached } from '../limits.js';
import type { SubscriptionAccount } from '../intake/subscription-account.js';
import { ConsumerAccess } from './consumer-access.js';
import { ConsumerConnection, type Surroundings } from './consumer-connection.js';
import { OutboxWriter } from './outbox-writer.js';

const STATUS_INTERVAL_MS = 1_000;

export interface DeliveryOptions {
  /** `PUBLISHER_NAME`. */
  readonly name: string;
  readonly consumerUrls: readonly string[];
  readonly bounds: OutboxBounds;
  /** The channels and patterns that messages are counted by. */
  readonly channels?: readonly string[];
  /** Default: neither token nor certificates. */
  readonly access?: ConsumerAccess;
  readonly reached?: LimitsReached;
}

/**
 * From the intake to every consumer: the outbox, the account of what the subscription can have missed, and
 * a connection for each consumer. What all of them have acknowledged is released.
 */
export class Delivery implements SubscriptionAccount {
  readonly outbox: MemoryOutbox;
  readonly connections: readonly ConsumerConnection[];
  readonly #continuity = new Continuity();
  readonly bounds: OutboxBounds;
  readonly #writer: OutboxWriter;
  readonly #log = new EventLog('delivery');
  #subscription = { subscribed: false, since: Date.now() };
  #statusTimer: NodeJS.Timeout | undefined;
  readonly #overflow = new Tenfold();

  constructor(options: DeliveryOptions) {
    const { name, consumerUrls, bounds, channels, access, reached } = options;
    this.bounds = bounds;
    const passages = access ?? new ConsumerAccess(new Tokens({}), {});
    this.outbox = new MemoryOutbox(randomUUID(), bounds);
    this.#writer = new OutboxWriter(this.outbox, channels);
    this.connections = consumerUrls.map(
      (url) =>
        new ConsumerConnection(url, name, this.outbox, passages, this.#surroundings, reached),
    );
  }

  readonly #surroundings: Surroundings = {
    isNameTaken: (consumer, by) =>
      this.connections.some(
        (other) => other !== by && other.state === 'connected' && other.consumer === consumer,
      ),
    statusOwed: (connection) => {
      this.#sendStatus(connection);
    },
    progressed: (connection) => {
      // behind what is sent now, so that it is known if this process dies
      if (this.#heardUntil(connection) !== connection.heardUntilTold) {
        this.#sendStatus(connection);
      }
      this.outbox.release(acknowledgedByAll(this.connections.map(({ sender }) => sender)));
    },
  };

  /** Messages taken in, by the channel or pattern of the subscription. */
  get received(): Tally {
    return this.#writer.received;
  }

  /** Gaps put into the outbox, by their reason. */
  get gaps(): Tally {
    return this.#writer.gaps;
  }

  /** Messages that a consumer has not acknowledged; of the one with the most. */
  get waitingMessages(): number {
    return Math.max(...this.connections.map(({ waitingMessages }) => waitingMessages));
  }

  start(): void {
    for (const connection of this.connections) connection.connect();
    this.#statusTimer = setInterval(() => {
      this.#sendStatuses();
    }, STATUS_INTERVAL_MS);
  }

  /** Takes messages in; they leave at once for every consumer that is there. */
  take(messages: readonly NewMessage[]): void {
    if (this.#continuity.isTold) this.#writer.write(messages, this.#continuity.provenUntil);
    else for (const message of messages) this.#takeBehindGap(message);
    this.#appended();
    this.#tellDropped();
  }

  /** Those of a connection before the gap, which a handler may have kept, need none. */
  #takeBehindGap(message: NewMessage): void {
    const gap = this.#continuity.messageBeforeSubscribed(message.receivedAt);
    if (gap) this.#writer.writeGap(gap);
    this.#writer.write([message], this.#continuity.provenUntil);
  }

  subscribed(at: number): void {
    this.#subscription = { subscribed: true, since: at };
    const gap = this.#continuity.subscribed(at);
    if (gap) {
      this.#writer.writeGap(gap);
      this.#appended();
    }
  }

  proven(at: number): void {
    if (!this.#settle()) return;
    this.#continuity.proven(at, this.outbox.next);
    this.#sendStatuses();
  }

  broken(reason: string): void {
    this.#continuity.broken(reason, Date.now());
    if (this.#subscription.subscribed) {
      this.#subscription = { subscribed: false, since: Date.now() };
      this.#sendStatuses();
    }
  }

  explained(reason: string): void {
    this.#continuity.explained(reason);
  }

  notTaken(messages: readonly NewMessage[], error: unknown): void {
    this.#writer.miss(messages, this.#continuity.provenUntil, error);
    this.#appended();
  }

  /**
   * Delivers what is left, says goodbye and closes.
   *
   * @returns how many messages a consumer has not acknowledged
   */
  async drain(deadline: AbortSignal): Promise<number> {
    clearInterval(this.#statusTimer);
    this.#settle();
    const goodbye = { subscriptionEndedAt: this.#continuity.provenUntil };
    const left = await Promise.all(
      this.connections.map((connection) => connection.drain(goodbye, deadline)),
    );
    return Math.max(...left);
  }

  /** @returns whether the outbox has everything that was heard, or a gap in its place */
  #settle(): boolean {
    const { next } = this.outbox;
    const isSettled = this.#writer.settle();
    if (this.outbox.next !== next) this.#appended();
    return isSettled;
  }

  #appended(): void {
    for (const connection of this.connections) connection.appended();
  }

  #sendStatuses(): void {
    for (const connection of this.connections) this.#sendStatus(connection);
  }

  #sendStatus(connection: ConsumerConnection): void {
    const heardUntil = this.#heardUntil(connection);
    connection.sendStatus({ at: Date.now(), ...this.#subscription, heardUntil });
  }

  #heardUntil({ sender }: ConsumerConnection): number | null {
    return this.#continuity.heardUntil(sender.sent);
  }

  /** Says at 1, 10, 100, … that the outbox overflows, so that a flood of losses is no flood of lines. */
  #tellDropped(): void {
    const { dropped } = this.outbox;
    if (!this.#overflow.isDue(dropped)) return;
    const sentence = `outbox full: messages dropped, the oldest first, ${dropped} so far`;
    this.#log.warn('outbox-full', sentence, { dropped });
  }
}
