import { resolve } from 'node:path';
import { RecordedProcess, type RedisServer } from '@relay/testing';
import { endsWithUs } from '../pipeline/ends-with-us.js';
import { onlyThese } from '../pipeline/environment.js';
import { CHANNEL } from '../load/channel.js';
import { workspace } from '../pipeline/variants.js';

export const consumerMain = resolve(workspace, 'dist/apps/consumer/main.js');
const publisherMain = resolve(workspace, 'dist/apps/publisher/main.js');

export function consumerEnvironment(port: number): Record<string, string | undefined> {
  return onlyThese({ CONSUMER_HOST: '127.0.0.1', CONSUMER_PORT: `${port}`, OUTPUT: 'raw' });
}

/** The consumer as it is built, printing payloads. */
export function startConsumer(port: number): RecordedProcess {
  return start(consumerMain, consumerEnvironment(port));
}

/** The publisher as it is built. */
export function startPublisher(redis: RedisServer, consumerPort: number): RecordedProcess {
  return start(
    publisherMain,
    onlyThese({
      REDIS_URL: redis.url,
      REDIS_CHANNELS: CHANNEL,
      CONSUMER_URL: `ws://127.0.0.1:${consumerPort}/relay`,
      PUBLISHER_PORT: '0',
    }),
  );
}

function start(main: string, env: Record<string, string | undefined>): RecordedProcess {
  const running = RecordedProcess.start(process.execPath, [main], { env });
  endsWithUs(running.pid);
  return running;
}

export async function consumerListens(consumer: RecordedProcess): Promise<void> {
  await consumer.waitForLine('stderr', 'listening on ');
}

export async function publisherSubscribed(publisher: RecordedProcess): Promise<void> {
  await publisher.waitForLine('stderr', 'subscribed to ');
}

export interface OutboxState {
  readonly entries: number;
  readonly dropped: number;
}

/** What the publisher's health says of its outbox. */
export async function outboxOf(publisher: RecordedProcess): Promise<OutboxState> {
  const line = await publisher.waitForLine('stderr', 'health at ');
  const response = await fetch(/http:[^\s"]+/.exec(line)?.[0] ?? '');
  return ((await response.json()) as { outbox: OutboxState }).outbox;
}
