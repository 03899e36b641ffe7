import * as consumerFaults from './consumer-faults.js';
import type { Fault } from './fault.js';
import * as networkFaults from './network-faults.js';
import * as publisherFaults from './publisher-faults.js';
import * as redisFaults from './redis-faults.js';

const { killBusyConsumer, killConsumer, killUnreadConsumer, overrunConsumer, restartConsumer } =
  consumerFaults;
const { freezeConsumer, freezeConsumerForLong } = consumerFaults;
const { blackHole, cutConnection, deliverSlowly } = networkFaults;
const { refuseConnections, throttleConnection } = networkFaults;
const { killPublisher, restartPublisher } = publisherFaults;
const { crashRedis, cutSubscriber, freezeRedis, freezeRedisShortly, restartRedis } = redisFaults;

export const faults: readonly Fault[] = [
  killConsumer,
  killBusyConsumer,
  killUnreadConsumer,
  overrunConsumer,
  restartConsumer,
  freezeConsumer,
  freezeConsumerForLong,
  cutConnection,
  refuseConnections,
  blackHole,
  throttleConnection,
  deliverSlowly,
  restartPublisher,
  killPublisher,
  restartRedis,
  crashRedis,
  cutSubscriber,
  freezeRedisShortly,
  freezeRedis,
];

const ofPublisherAndRedis = faults.filter(
  ({ strikes }) => strikes === 'publisher' || strikes === 'redis',
);
const ofRedis = faults.filter(({ strikes }) => strikes === 'redis');

/**
 * What may strike while another fault lasts. Left out is what no memory survives: consumer and publisher
 * gone at the same time, and a consumer that ends while what it acknowledged cannot reach anybody.
 */
const meanwhile = new Map<Fault, readonly Fault[]>([
  [killConsumer, ofRedis],
  [killBusyConsumer, ofRedis],
  [killUnreadConsumer, ofRedis],
  [restartConsumer, ofRedis],
  [freezeConsumer, ofPublisherAndRedis],
  [freezeConsumerForLong, ofPublisherAndRedis],
  [refuseConnections, [...ofPublisherAndRedis, killConsumer]],
  [throttleConnection, [...ofPublisherAndRedis, killConsumer, killUnreadConsumer, restartConsumer]],
  [deliverSlowly, [...ofPublisherAndRedis, killConsumer, killBusyConsumer, restartConsumer]],
]);

/** What strikes next. */
export interface Round {
  readonly fault: Fault;
  /** What strikes while that lasts. */
  readonly second: Fault | undefined;
  readonly seat: number;
  /** How many numbers are published before. */
  readonly quiet: number;
}

/** Rounds without end, the same for the same seed. */
export function* plan(seed: number, seats: number): Generator<Round, never> {
  const random = mulberry32(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  for (;;) {
    const fault = pick(faults);
    const others = meanwhile.get(fault) ?? [];
    const isMixed = random() < 0.5 && others.length > 0;
    yield {
      fault,
      second: isMixed ? pick(others) : undefined,
      seat: Math.floor(random() * seats),
      quiet: Math.floor(random() ** 3 * 12_000),
    };
  }
}

/** A small generator of pseudo-random numbers in [0, 1) (Tommy Ettinger, public domain). */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
