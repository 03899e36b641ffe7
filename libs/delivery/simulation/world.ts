import { Clock } from './clock.js';
import { Consumer, type Handlers } from './consumer.js';
import type { DeliveryFrame } from './frames.js';
import { excused, type History, type Setup, type Step } from './histories.js';
import { CHANNELS } from './intake.js';
import { Model } from './model.js';
import { type Parts, REAL_PARTS } from './parts.js';
import { Publisher, type Surroundings } from './publisher.js';
import { randomFrom } from './random.js';
import { SimulatedRedis } from './redis.js';
import { Violation } from './violation.js';
import { BROKEN, Link, Wire } from './wire.js';

/** How long everything may take to come to rest once there are no more faults. */
const REST_MS = 300_000;

/** Where a consumer runs, and the way there. */
interface Site {
  readonly number: number;
  readonly link: Link;
  readonly handlers: Handlers;
  consumer: Consumer | undefined;
  /** The newest connection. */
  wire: Wire<DeliveryFrame> | undefined;
}

/** A Redis, a publisher and some consumers, and what goes wrong between them. */
export class World {
  readonly model: Model;
  readonly #setup: Setup;
  readonly #clock = new Clock();
  readonly #redis: SimulatedRedis;
  readonly #sites: readonly Site[];
  readonly #around: Surroundings;
  #publisher: Publisher | undefined;
  #publishers = 0;
  #published = 0;

  constructor(
    setup: Setup,
    private readonly parts: Parts,
  ) {
    const model = new Model(setup);
    const clock = this.#clock;
    this.#setup = setup;
    this.model = model;
    this.#redis = new SimulatedRedis(clock, setup.redisLatencyMs, (message) =>
      model.published(message),
    );
    this.#sites = Array.from({ length: setup.consumers }, (_, number) => ({
      number,
      link: new Link(),
      handlers: { ms: setup.handlerMs, failures: 0 },
      consumer: undefined,
      wire: undefined,
    }));
    const random = randomFrom(setup.seed);
    const connect = (consumer: number): Wire<DeliveryFrame> => this.#connect(this.#site(consumer));
    this.#around = { clock, model, parts, setup, redis: this.#redis, random, connect };
    for (const site of this.#sites) this.#startConsumer(site);
    this.#startPublisher();
    clock.advance(setup.settleMs);
  }

  /** Lets a history happen, then everything come to rest, and looks whether the promise was kept. */
  run(steps: readonly Step[]): this {
    for (const step of steps) this.#do(step);
    this.#heal();
    this.#comeToRest();
    this.#publish(CHANNELS.length, 4);
    this.#clock.advance(2 * this.#setup.redisLatencyMs + 1);
    this.#comeToRest();
    if (this.#clock.pending > 0) {
      throw new Violation('does not come to rest', `${this.#clock.pending} timers are left`);
    }
    this.model.check();
    return this;
  }

  #do(step: Step): void {
    switch (step.do) {
      case 'publish':
        return this.#publish(step.count, step.bytes);
      case 'wait':
        return this.#clock.advance(step.ms);
      case 'cut':
        return this.#site(step.consumer).wire?.cut(step.frames);
      case 'break-near':
        return this.#site(step.consumer).wire?.breakNear(step.afterMs, step.lateMs);
      case 'black-hole':
        return this.#site(step.consumer).wire?.blackHole();
      case 'hold':
        return this.#hold(this.#site(step.consumer), step);
      case 'stop-consumer':
        return this.#stopConsumer(this.#site(step.consumer), step.ms);
      case 'kill-consumer':
        return this.#killConsumer(this.#site(step.consumer), step);
      case 'mistake':
        return this.#site(step.consumer).consumer?.makeMistake();
      case 'stop-publisher':
        return this.#stopPublisher(step.ms);
      case 'kill-publisher':
        return this.#killPublisher(step.ms, step.silently);
      case 'redis-cut':
        return this.#redis.cut(step.frames);
      case 'redis-black-hole':
        return this.#redis.blackHole();
      case 'redis-freeze':
        return this.#redis.freeze(step.ms);
      case 'redis-restart':
        return this.#redis.restart(step.ms);
      case 'redis-refuse':
        return this.#redis.refuse(CHANNELS[1], step.ms);
      case 'handlers':
        Object.assign(this.#site(step.consumer).handlers, { ms: step.ms, failures: step.failures });
    }
  }

  #publish(count: number, bytes: number): void {
    for (let n = 0; n < count; n++) {
      const channel = CHANNELS[this.#published % CHANNELS.length] ?? '';
      this.#redis.publish(channel, payloadOf(this.#published++, bytes));
    }
  }

  #connect(site: Site): Wire<DeliveryFrame> {
    const wire = new Wire<DeliveryFrame>(this.#clock, site.link, this.#setup.latencyMs);
    site.wire = wire;
    wire.far.onFrame = () => {
      if (site.consumer) site.consumer.accept(wire);
      else wire.far.close(BROKEN);
    };
    return wire;
  }

  #hold({ link }: Site, { direction, ms }: Extract<Step, { do: 'hold' }>): void {
    if (direction !== 'down') link.hold('up');
    if (direction !== 'up') link.hold('down');
    this.#clock.after(ms, () => link.release());
  }

  #startConsumer(site: Site): void {
    const { number, handlers } = site;
    site.consumer = new Consumer(
      number,
      this.#clock,
      this.model,
      handlers,
      this.parts,
      this.#setup,
    );
  }

  #stopConsumer(site: Site, ms: number): void {
    const { consumer } = site;
    consumer?.stop(() => {
      if (site.consumer === consumer) this.#restartConsumer(site, ms);
    });
  }

  #killConsumer(site: Site, step: Extract<Step, { do: 'kill-consumer' }>): void {
    const { consumer } = site;
    consumer?.killAfterHandling(step.afterHandling, () => {
      if (site.consumer !== consumer) return;
      consumer.kill(step.silently);
      this.#restartConsumer(site, step.ms);
    });
  }

  #restartConsumer(site: Site, ms: number): void {
    site.consumer = undefined;
    this.#clock.after(ms, () => this.#startConsumer(site));
  }

  #startPublisher(): void {
    this.#publishers += 1;
    this.#publisher = new Publisher(`${this.#publishers}`, this.#around);
  }

  #stopPublisher(ms: number): void {
    const publisher = this.#publisher;
    publisher?.stop(() => {
      if (this.#publisher === publisher) this.#restartPublisher(ms);
    });
  }

  #killPublisher(ms: number, silently: boolean): void {
    if (this.#publisher === undefined) return;
    this.#publisher.kill(silently);
    this.#restartPublisher(ms);
  }

  #restartPublisher(ms: number): void {
    this.#publisher = undefined;
    this.#clock.after(ms, () => this.#startPublisher());
  }

  #heal(): void {
    for (const { link, handlers, consumer } of this.#sites) {
      link.release();
      consumer?.spare();
      Object.assign(handlers, { ms: 0, failures: 0 });
    }
  }

  #comeToRest(): void {
    const isAtRest = (): boolean =>
      this.#redis.isWell &&
      this.#publisher?.isAtRest === true &&
      this.#clock.pending === 0 &&
      this.#sites.every(({ consumer }) => consumer?.isAtRest);
    this.#clock.advance(REST_MS, isAtRest);
    if (!isAtRest()) throw new Violation('does not come to rest', `within ${REST_MS} ms`);
  }

  #site(consumer: number): Site {
    const site = this.#sites[consumer % this.#sites.length];
    if (site === undefined) throw new Error('a world without consumers');
    return site;
  }
}

/**
 * Runs one history.
 *
 * @throws Violation when the promise was not kept
 */
export function simulate(history: History, parts: Parts = REAL_PARTS): Model {
  const { model } = new World(history.setup, parts).run(history.steps);
  model.checkExcused(excused(history));
  return model;
}

/** No other message has these bytes. */
function payloadOf(number: number, bytes: number): Uint8Array {
  const payload = new Uint8Array(bytes);
  new DataView(payload.buffer).setUint32(0, number);
  return payload;
}
