import { freePort, type RecordedProcess, type RedisServer } from '@relay/testing';
import { RedisFeed } from '../load/redis-feed.js';
import { atMost } from '../report/goals.js';
import { spread } from '../rounds/statistics.js';
import { consumerListens, startConsumer, startPublisher } from './relay-apps.js';
import type { Scenario, ScenarioResult, Scene } from './scenario.js';

const TIMES = 7;
const PROBE_INTERVAL_MS = 5;

export const start: Scenario = {
  name: 'start',
  async run({ redis, say, scale }: Scene): Promise<ScenarioResult> {
    say('start');
    const listening: number[] = [];
    const relaying: number[] = [];
    for (let time = 0; time < Math.max(1, TIMES * scale); time++) {
      listening.push(await secondsToListening());
      relaying.push(await secondsToFirstMessage(redis));
    }
    const row = (name: string, seconds: readonly number[]): string[] => {
      const { median, min, max } = spread(seconds);
      return [name, ...[median, min, max].map((value) => value.toFixed(2))];
    };
    return {
      name: 'start',
      title: 'Start',
      text: `Seconds from starting the built apps, ${listening.length} times.`,
      head: ['', 'median', 'lowest', 'highest'],
      rows: [
        row('the consumer listens', listening),
        row('both started at once: a first message is relayed', relaying),
      ],
      goals: [
        atMost('the consumer listens', 0.8, spread(listening).median, ' s'),
        atMost('a first message is relayed', 1.5, spread(relaying).median, ' s'),
      ],
      violations: [],
      data: { listening, relaying },
    };
  },
};

async function secondsToListening(): Promise<number> {
  const port = await freePort();
  const startedAt = performance.now();
  const consumer = startConsumer(port);
  try {
    await consumerListens(consumer);
    return (performance.now() - startedAt) / 1_000;
  } finally {
    await consumer.stop('SIGKILL');
  }
}

async function secondsToFirstMessage(redis: RedisServer): Promise<number> {
  const port = await freePort();
  const feed = await RedisFeed.connect(redis.port, 256);
  const started: RecordedProcess[] = [];
  const startedAt = performance.now();
  const probing = setInterval(() => feed.probe(), PROBE_INTERVAL_MS);
  try {
    const consumer = startConsumer(port);
    started.push(consumer, startPublisher(redis, port));
    await consumer.waitForLine('stdout', /./);
    return (performance.now() - startedAt) / 1_000;
  } finally {
    clearInterval(probing);
    feed.close();
    for (const each of started) await each.stop('SIGKILL');
  }
}
