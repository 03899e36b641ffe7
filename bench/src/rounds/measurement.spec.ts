import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { RedisServer } from '@relay/testing';
import { REFERENCE, RELAY, variantNamed } from '../pipeline/variants.js';
import { latenciesOf } from './latencies.js';
import { measurementsOf } from './measurement.js';
import { throughputsOf } from './throughput.js';

const DURATIONS = {
  warmUpSeconds: 0.05,
  throughputSeconds: 0.1,
  latencyWarmUpMessages: 100,
  latencySeconds: 1,
  latencyPerSecond: 500,
};
const SIZES = [16, 4096];

let redis: RedisServer;

beforeAll(async () => {
  redis = await RedisServer.start();
});

afterAll(async () => {
  await redis.stop();
});

test.each([REFERENCE, RELAY])(
  'the throughput of %s can be measured, and every message arrives once',
  async (name) => {
    const turn = { round: 1, sizes: SIZES, variant: variantNamed(name) };
    const { bySize, accounts, violations } = await throughputsOf(turn, redis, DURATIONS);
    expect(violations).toEqual([]);
    expect(accounts).toMatchObject([{ handled: accounts[0]?.highest, lostAnnounced: 0 }]);
    expect([...bySize.keys()]).toEqual(SIZES);
    let messages = 0;
    for (const { throughput, cpuUs } of bySize.values()) {
      expect(throughput.messages).toBeGreaterThan(0);
      expect(cpuUs.relay).toBeGreaterThan(0);
      messages += throughput.messages;
    }
    expect(accounts[0]?.handled).toBeGreaterThan(messages);
  },
);

test('latencies are measured side by side, and every message arrives once', async () => {
  const variants = [REFERENCE, RELAY].map(variantNamed);
  const latencies = await latenciesOf({ sizes: SIZES, variants }, DURATIONS);
  expect([...latencies.keys()]).toEqual([REFERENCE, RELAY]);
  for (const { bySize, accounts, violations } of latencies.values()) {
    expect(violations).toEqual([]);
    expect(accounts).toMatchObject([{ handled: accounts[0]?.highest, lostAnnounced: 0 }]);
    expect([...bySize.keys()]).toEqual(SIZES);
    for (const { latencyUs, loadLateUs } of bySize.values()) {
      expect(latencyUs.count).toBe(500);
      expect(loadLateUs).toBeGreaterThan(0);
      expect(loadLateUs).toBeLessThan(latencyUs.p50); // of which it is a part
    }
  }
});

test('what goes wrong in either is said of the variant in its round', () => {
  const throughputs = { bySize: new Map(), accounts: [], violations: ['1 doubled'] };
  const figures = {
    throughput: { messages: 1, seconds: 1, perSecond: 1, loadLimited: 0 },
    cpuUs: { publisher: 1, consumers: 1, relay: 2, redis: 1 },
  };
  const latencies = { bySize: new Map(), accounts: [], violations: ['1 lost silently'] };
  const bySize = new Map([[16, figures]]);
  const measured = measurementsOf(3, RELAY, { ...throughputs, bySize }, latencies);
  expect(measured).toMatchObject([
    { round: 3, payloadBytes: 16, variant: RELAY, violations: ['1 doubled', '1 lost silently'] },
  ]);
});
