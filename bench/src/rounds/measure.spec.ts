import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { RedisServer } from '@relay/testing';
import { REFERENCE, RELAY, variantNamed } from '../pipeline/variants.js';
import { measure } from './measure.js';

const DURATIONS = {
  warmUpSeconds: 0.05,
  throughputSeconds: 0.1,
  latencyWarmUpMessages: 100,
  latencySeconds: 0.1,
  latencyPerSecond: 500,
};

let redis: RedisServer;

beforeAll(async () => {
  redis = await RedisServer.start();
});

afterAll(async () => {
  await redis.stop();
});

test.each([REFERENCE, RELAY])(
  '%s can be measured, and every message arrives once',
  async (name) => {
    const turn = { round: 1, sizes: [16, 4096], variant: variantNamed(name) };
    const measurements = await measure(turn, redis, DURATIONS);
    expect(measurements.map(({ payloadBytes }) => payloadBytes)).toEqual([16, 4096]);
    for (const measurement of measurements) {
      const { throughput, cpuUs, latencyUs, loadLateUs, steal, accounts, violations } = measurement;
      expect(violations).toEqual([]);
      expect(throughput.messages).toBeGreaterThan(0);
      expect(accounts).toMatchObject([{ handled: accounts[0]?.highest, lostAnnounced: 0 }]);
      expect(accounts[0]?.handled).toBeGreaterThan(throughput.messages + 50);
      expect(latencyUs?.count).toBe(50);
      expect(loadLateUs).toBeGreaterThan(0);
      expect(loadLateUs).toBeLessThan(latencyUs?.p50 ?? 0); // of which it is a part
      expect(cpuUs.relay).toBeGreaterThan(0);
      expect(steal).toBeGreaterThanOrEqual(0);
      expect(steal).toBeLessThan(1);
    }
  },
);
