import type { RecordedProcess, RedisServer } from '@relay/testing';
import { Stage, until } from '../stage.js';
import { ConsumerSeat } from './consumer-seat.js';
import { Load } from './load.js';
import type { Printed } from './printed.js';
import { Published } from './published.js';
import { RedisWatch } from './redis-watch.js';

/** What is published in this time is more than a window, so what was told before it has arrived. */
const TOLD_WITHIN_MS = 10_000;

/** The local time with which each line of a log begins. */
const TIME_LENGTH = '2026-09-21 14:13:20.000'.length;

/** Redis, publisher and consumers as they run for real, the load, and both halves of the ledger. */
export class Scene {
  readonly published = new Published();
  /** Every publisher, the newest last. */
  readonly publishers: RecordedProcess[] = [];
  readonly load: Load;
  readonly watch: RedisWatch;
  /** When publishers said that they are subscribed. */
  readonly #subscriptions: number[] = [];
  readonly #stage: Stage;

  private constructor(
    stage: Stage,
    readonly redis: RedisServer,
    readonly seats: readonly ConsumerSeat[],
  ) {
    this.#stage = stage;
    this.load = new Load(redis.port, this.published);
    this.watch = new RedisWatch(redis.port);
  }

  /** Starts everything; resolves when numbers flow. */
  static async start(consumers = 1): Promise<Scene> {
    const stage = new Stage();
    try {
      const redis = await stage.redis();
      const seats: ConsumerSeat[] = [];
      for (let index = 1; index <= consumers; index++) {
        seats.push(await ConsumerSeat.open(`consumer-${index}`, stage));
      }
      const scene = new Scene(stage, redis, seats);
      await scene.watch.attach();
      await Promise.all(seats.map((seat) => seat.start()));
      scene.startPublisher();
      await scene.publisher.waitForLine('stderr', 'subscribed to ');
      scene.load.start();
      await scene.caughtUp();
      return scene;
    } catch (error) {
      await stage.clear();
      throw error;
    }
  }

  get publisher(): RecordedProcess {
    const publisher = this.publishers.at(-1);
    if (publisher === undefined) throw new Error('There is no publisher.');
    return publisher;
  }

  get firstSeat(): ConsumerSeat {
    const [seat] = this.seats;
    if (seat === undefined) throw new Error('There is no consumer.');
    return seat;
  }

  startPublisher(): void {
    this.publishers.push(
      this.#stage.runWith(
        {
          onLine: (_stream, line) => {
            if (line.includes(' subscribed to ')) {
              this.#subscriptions.push(Date.parse(line.slice(0, TIME_LENGTH)));
            }
          },
        },
        'publisher',
        `--redis-url=${this.redis.url}`,
        `--consumer-url=${this.seats.map(({ url }) => url).join(',')}`,
        '--port=0',
      ),
    );
  }

  /** When a publisher was subscribed for the first time since `time`, as it says itself. */
  subscribedAfter(time: number): number | undefined {
    return this.#subscriptions.find((at) => at >= time);
  }

  /** Resolves when a publisher has been subscribed since `time`. */
  async subscribedSince(time: number): Promise<void> {
    await until(() => this.subscribedAfter(time) !== undefined);
    this.watch.subscribed(this.subscribedAfter(time) ?? time, time);
  }

  /** Resolves when every consumer has printed what is published from now on. */
  async caughtUp(): Promise<void> {
    const next = this.published.last + 1;
    await Promise.all(this.seats.map(({ printed }) => printed.waitFor(next)));
  }

  /** Resolves when so many numbers more were published. */
  async publishedMore(count: number): Promise<void> {
    const target = this.published.last + count;
    await until(() => this.published.lastTaken >= target);
  }

  /** Until when the publisher knows for certain that it heard everything: what came behind is printed. */
  knownToPublisher({ highest }: Printed): number {
    return this.watch.provenBefore(this.published.at(highest).sentAt) ?? this.watch.first;
  }

  /** The same as the consumer was told for certain: for so much has come behind it. */
  knownToConsumer({ highest }: Printed): number {
    const { sentAt } = this.published.at(highest);
    return this.watch.provenBefore(sentAt - TOLD_WITHIN_MS) ?? this.watch.first;
  }

  /** Publishes no more, and resolves when every consumer has printed the last number. */
  async finish(): Promise<void> {
    await this.load.stop();
    const { lastTaken } = this.published;
    await Promise.all(this.seats.map(({ printed }) => printed.waitFor(lastTaken)));
  }

  /** What all the apps said beside the numbers. */
  get logs(): ReadonlyMap<string, string> {
    const all = [
      ...this.publishers.map((process, index) => [`publisher-${index + 1}`, process] as const),
      ...this.seats.flatMap(({ name, processes }) =>
        processes.map((process, index) => [`${name}-${index + 1}`, process] as const),
      ),
    ];
    return new Map(all.map(([name, process]) => [name, process.stderr.toString()]));
  }

  async clear(): Promise<void> {
    this.watch.detach();
    this.load.abandon();
    await this.#stage.clear();
  }
}
