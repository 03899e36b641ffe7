import { beforeEach, describe, expect, it } from '@jest/globals';
import { LIMITS, LimitsReached } from '../limits.js';
import { Doorway } from './doorway.js';

let reached: LimitsReached;
let doorway: Doorway;

beforeEach(() => {
  reached = new LimitsReached();
  doorway = new Doorway({ maxConnections: 2, maxConnectionsPerAddress: 1 }, reached);
});

function count(limit: string): number | undefined {
  return reached.counts.find(([name]) => name === limit)?.[1];
}

/** What is answered to so many who knock at once, each from the address that it is given. */
function knock(times: number, addressOf: (n: number) => string, now = 0): (number | undefined)[] {
  return Array.from({ length: times }, (_, n) => doorway.knock(addressOf(n), now)?.status);
}

describe('knocking', () => {
  it('too often from one address is answered with 429, until a second has passed', () => {
    const answers = knock(LIMITS.handshakesAtOncePerAddress + 1, () => '192.0.2.1');
    expect(new Set(answers.slice(0, -1))).toEqual(new Set([undefined]));
    expect(answers.at(-1)).toBe(429);
    expect(count('handshakes-per-address')).toBe(1);
    expect(knock(1, () => '192.0.2.2')).toEqual([undefined]);
    expect(knock(1, () => '192.0.2.1', 1000)).toEqual([undefined]);
  });

  it('too often in all is answered with 503', () => {
    const answers = knock(LIMITS.handshakesAtOnce + 1, (n) => `192.0.${n >> 8}.${n & 255}`);
    expect(new Set(answers.slice(0, -1))).toEqual(new Set([undefined]));
    expect(answers.at(-1)).toBe(503);
    expect(count('handshakes')).toBe(1);
  });
});

describe('coming in', () => {
  it('is refused where there are too many, and possible again when one has left', () => {
    doorway.enter('192.0.2.1');
    const leave = doorway.enter('192.0.2.2');
    expect(doorway.knock('192.0.2.3', 0)).toEqual({
      status: 503,
      message: 'There are 2 connections, as many as MAX_CONNECTIONS allows.',
      retryAfterSeconds: 10,
    });
    expect(count('connections')).toBe(1);
    leave();
    expect(doorway.knock('192.0.2.3', 0)).toBeUndefined();
  });

  it('is refused to an address with too many', () => {
    doorway.enter('192.0.2.1');
    expect(doorway.knock('192.0.2.1', 0)).toMatchObject({
      status: 429,
      message: expect.stringContaining('MAX_CONNECTIONS_PER_ADDRESS'),
    });
    expect(count('connections-per-address')).toBe(1);
    expect(doorway.knock('192.0.2.2', 0)).toBeUndefined();
  });
});
