import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { freePort, RecordedLog, RedisServer, TestAuthority, TestFolder } from '@relay/testing';
import { RedisIntake } from './redis-intake.js';
import { noAccount } from './testing/no-account.js';

let authority: TestAuthority;
let folder: TestFolder;
let redis: RedisServer;
let url: string;
let intake: RedisIntake;
let log: RecordedLog;

beforeAll(async () => {
  authority = await TestAuthority.create();
});

beforeEach(async () => {
  folder = new TestFolder();
  const { cert, key } = await authority.issue('redis');
  const port = await freePort();
  url = `rediss://127.0.0.1:${port}`;
  // prettier-ignore
  redis = await RedisServer.start({
    args: [
      '--tls-port', String(port), '--tls-auth-clients', 'no',
      '--tls-cert-file', folder.write('cert', cert), '--tls-key-file', folder.write('key', key),
      '--tls-ca-cert-file', folder.write('ca', authority.cert),
    ],
  });
  log = new RecordedLog();
  Logger.overrideLogger(log);
});

afterEach(async () => {
  await intake.close();
  await redis.stop();
  folder.remove();
});

async function listen(caFile?: string, at = url): Promise<void> {
  intake = new RedisIntake(
    { url: at, channels: ['c'], answerTimeoutMs: 300, ...(caFile !== undefined && { caFile }) },
    noAccount,
  );
  await intake.listen(() => undefined);
}

describe('a Redis that speaks TLS', () => {
  it('is subscribed to with its authority in REDIS_CA_FILE', async () => {
    await listen(folder.path('ca'));
    await log.said('subscribed to c');
    expect(await redis.cli('PUBSUB', 'NUMSUB', 'c')).toEqual(['c', 1]);
  });

  it('is not trusted without', async () => {
    await listen();
    const line = await log.said('not subscribed');
    expect(line).toContain('is not trusted, see REDIS_CA_FILE (SELF_SIGNED_CERT_IN_CHAIN)');
  });

  it('is guessed where redis:// gets no answer', async () => {
    await listen(undefined, url.replace('rediss:', 'redis:'));
    expect(await log.said('not subscribed')).toContain('redis:// at one that speaks TLS?');
  });

  it('is doubted where rediss:// gets no answer', async () => {
    await listen(undefined, redis.url.replace('redis:', 'rediss:'));
    expect(await log.said('not subscribed')).toContain('rediss:// at one that does not speak TLS?');
  });
});
