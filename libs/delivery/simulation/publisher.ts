import type { Continuity, MemoryOutbox } from '../src/index.js';
import type { Clock, Timer } from './clock.js';
import { DeliveryLink } from './delivery-link.js';
import type { DeliveryFrame } from './frames.js';
import type { Setup } from './histories.js';
import { Intake } from './intake.js';
import type { Model } from './model.js';
import type { Parts } from './parts.js';
import type { SimulatedRedis } from './redis.js';
import type { Wire } from './wire.js';

/** What a publisher finds around it. */
export interface Surroundings {
  readonly clock: Clock;
  readonly model: Model;
  readonly parts: Parts;
  readonly setup: Setup;
  readonly redis: SimulatedRedis;
  readonly random: () => number;
  connect(consumer: number): Wire<DeliveryFrame>;
}

/** One process of the publisher. */
export class Publisher {
  readonly outbox: MemoryOutbox;
  readonly #continuity: Continuity;
  readonly #intake: Intake;
  readonly #links: readonly DeliveryLink[];
  #connections = 0;
  #isFlushDue = false;
  #hasEnded = false;
  #drainDeadline: Timer | undefined;
  #onEnded: (() => void) | undefined;

  constructor(
    process: string,
    private readonly around: Surroundings,
  ) {
    const { clock, model, parts, redis, setup } = around;
    this.outbox = parts.outbox(`outbox-${process}`, setup.bounds);
    model.publisherStarted(this.outbox.id);
    const continuity = parts.continuity(clock);
    this.#continuity = continuity;
    this.#intake = new Intake(
      clock,
      redis,
      setup.subscribeSpreadMs,
      this.outbox,
      continuity,
      model,
      (what) => (what === 'appended' ? this.#appended() : this.#sendStatus()),
    );
    const context = {
      clock,
      model,
      outbox: this.outbox,
      random: around.random,
      readMs: setup.readMs,
      readsLate: setup.readsLate,
      connect: (consumer: number) => around.connect(consumer),
      nextConnectionNumber: () => ++this.#connections,
      subscription: () => ({ subscribed: this.#intake.isSubscribed, since: this.#intake.since }),
      heardUntil: (sent: string) => continuity.heardUntil(sent),
      progress: () => this.#release(),
      finished: () => this.#endIfFinished(),
    };
    this.#links = Array.from(
      { length: setup.consumers },
      (_, consumer) => new DeliveryLink(consumer, parts.sender('publisher', process), context),
    );
  }

  get isAtRest(): boolean {
    return (
      !this.#isFlushDue &&
      this.#intake.isSubscribed &&
      this.outbox.size === 0 &&
      this.#links.every(({ sender }) => sender.state === 'delivering' && sender.isDrained)
    );
  }

  /** Takes nothing more in, lets the consumers have everything, and ends; at a deadline anyhow. */
  stop(onEnded: () => void): void {
    if (this.#onEnded || this.#hasEnded) return;
    this.#onEnded = onEnded;
    const { clock, setup } = this.around;
    this.#intake.stop(() => {
      this.#drainDeadline = clock.after(setup.drainMs, () => this.#end(false));
      this.#flush();
      const goodbye = { subscriptionEndedAt: this.#continuity.provenUntil };
      for (const link of this.#links) link.perform(link.sender.drain(goodbye));
      this.#endIfFinished();
    });
  }

  kill(silently: boolean): void {
    this.#onEnded = undefined;
    this.#end(silently);
  }

  #appended(): void {
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    this.around.clock.after(0, () => this.#flush());
  }

  /** Tells the senders of what gathered. */
  #flush(): void {
    if (!this.#isFlushDue) return;
    this.#isFlushDue = false;
    if (this.#hasEnded) return;
    for (const link of this.#links) link.perform(link.sender.appended(this.outbox.next));
  }

  #sendStatus(): void {
    for (const link of this.#links) link.sendStatus();
  }

  #release(): void {
    const senders = this.#links.map(({ sender }) => sender);
    this.outbox.release(this.around.parts.acknowledgedByAll(senders));
  }

  #endIfFinished(): void {
    if (this.#links.every(({ sender }) => sender.state === 'finished')) this.#end(false);
  }

  #end(silently: boolean): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.around.clock.cancel(this.#drainDeadline);
    this.around.model.publisherEnded(this.outbox.id);
    this.#intake.kill();
    for (const link of this.#links) link.end(silently);
    this.#onEnded?.();
  }
}
