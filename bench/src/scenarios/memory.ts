import { setTimeout } from 'node:timers/promises';
import { freePort, RecordedProcess, type RedisServer } from '@relay/testing';
import { fillOutbox } from './outbox-filling.js';
import { memory as memoryOf } from '../pipeline/os-process.js';
import { Pipeline } from '../pipeline/pipeline.js';
import { RELAY, variantNamed } from '../pipeline/variants.js';
import { atMost } from '../report/goals.js';
import { publisherSubscribed, startPublisher } from './relay-apps.js';
import type { Scenario, ScenarioResult, Scene } from './scenario.js';

const MESSAGES = 1_000_000;
const PAYLOAD_BYTES = 256;
const SETTLE_MS = 3_000;
const MB = 1e6;

export const memory: Scenario = {
  name: 'memory',
  async run({ redis, say, scale }: Scene): Promise<ScenarioResult> {
    say('memory: idle');
    const idle = await idleBytes(redis);
    say('memory: a full outbox');
    const full = await fullOutbox(redis, Math.round(MESSAGES * scale));
    const times = full.rssBytes / full.payloadBytes;
    return {
      name: 'memory',
      title: 'Memory',
      text:
        `Resident memory of both processes some seconds after a first message; and of a publisher without a ` +
        `consumer whose outbox holds ${full.entries} messages of ${PAYLOAD_BYTES} B (${full.dropped} dropped).`,
      head: ['', 'MB'],
      rows: [
        ['publisher, idle', inMb(idle.publisher)],
        ['consumer, idle', inMb(idle.consumer)],
        ['publisher, full outbox', inMb(full.rssBytes)],
        ['the payloads in it', inMb(full.payloadBytes)],
      ],
      goals: [
        atMost('publisher, idle', 110, idle.publisher / MB, ' MB'),
        atMost('consumer, idle', 110, idle.consumer / MB, ' MB'),
        atMost('publisher with a full outbox, of its payloads', 2.5, times),
      ],
      violations: [],
      data: { idle, full },
    };
  },
};

async function idleBytes(redis: RedisServer): Promise<{ publisher: number; consumer: number }> {
  const pipeline = await Pipeline.start(variantNamed(RELAY), {
    redis,
    payloadBytes: PAYLOAD_BYTES,
  });
  try {
    await setTimeout(SETTLE_MS);
    const rss = (each: RecordedProcess | undefined): number =>
      each ? memoryOf(each.pid).rssBytes : 0;
    return { publisher: rss(pipeline.publisher), consumer: rss(pipeline.consumers[0]) };
  } finally {
    await pipeline.stop();
  }
}

async function fullOutbox(
  redis: RedisServer,
  messages: number,
): Promise<{ rssBytes: number; payloadBytes: number; entries: number; dropped: number }> {
  // Nothing listens there.
  const publisher = startPublisher(redis, await freePort());
  try {
    await publisherSubscribed(publisher);
    const { entries, dropped } = await fillOutbox(redis, publisher, messages, PAYLOAD_BYTES);
    await setTimeout(SETTLE_MS);
    const { rssBytes } = memoryOf(publisher.pid);
    return { rssBytes, payloadBytes: messages * PAYLOAD_BYTES, entries, dropped };
  } finally {
    await publisher.stop('SIGKILL');
  }
}

function inMb(bytes: number): string {
  return (bytes / MB).toFixed(1);
}
