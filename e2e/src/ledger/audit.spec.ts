import { beforeEach, describe, expect, it } from '@jest/globals';
import { GapReason } from '@relay/contracts';
import { audit, type Balance } from './audit.js';
import { NOTHING_LOST } from './fault.js';
import { Printed } from './printed.js';
import { Published } from './published.js';
import type { Strike } from './strike.js';

let now: number;
let published: Published;
let printed: Printed;
let offset: number;

beforeEach(() => {
  now = 0;
  published = new Published(() => now);
  printed = new Printed('consumer');
  offset = 1;
});

/** Publishes number `n` at `n` seconds, up to and with `last`. */
function publish(last: number): void {
  while (published.last < last) {
    now += 1_000;
    published.taken(published.send(), 1);
  }
}

function print(...numbers: number[]): void {
  for (const n of numbers) {
    offset += 1;
    printed.add(JSON.stringify({ kind: 'message', payload: `${n}`, offset: `0-${offset}` }));
  }
}

function printGap(from: number | null, to: number, reason: string = GapReason.redisSilent): void {
  const time = (seconds: number | null): string | null =>
    seconds === null ? null : new Date(seconds * 1_000).toISOString();
  const line = { kind: 'gap', reason, from: time(from), to: time(to), count: null };
  printed.add(JSON.stringify(line));
}

/** Redis was silent from 2 s to 5 s. */
function silence(): Strike {
  return {
    fault: 'silence',
    consumer: 'consumer',
    proof: '',
    allows: { ...NOTHING_LOST, gaps: [GapReason.redisSilent] },
    struckAt: 3_000,
    gapFrom: new Map([[printed, 2_000]]),
    gapTo: 5_000,
  };
}

function balance(...strikes: Strike[]): Balance {
  return audit(published, printed, strikes);
}

it('is satisfied when every number was handled once', () => {
  publish(3);
  print(1, 2, 3);
  expect(balance()).toMatchObject({ published: 3, handled: 3, silentlyLost: 0, violations: [] });
});

describe('finds that a number is lost in silence', () => {
  it('in the middle', () => {
    publish(3);
    print(1, 3);
    expect(balance()).toMatchObject({
      silentlyLost: 1,
      violations: [matching(/2, .*lost in silence/)],
    });
  });

  it('at the end', () => {
    publish(3);
    print(1, 2);
    expect(balance()).toMatchObject({ handled: 2, silentlyLost: 1 });
  });

  it('beside a gap that covers another time', () => {
    publish(7);
    print(1);
    printGap(2, 5);
    print(7);
    expect(balance(silence())).toMatchObject({ inGaps: 4, silentlyLost: 1 });
  });

  it('before its gap was printed', () => {
    publish(5);
    print(1, 4);
    printGap(2, 5);
    print(5);
    expect(balance(silence())).toMatchObject({ inGaps: 0, silentlyLost: 2 });
  });
});

describe('gaps', () => {
  beforeEach(() => {
    publish(6);
    print(1);
  });

  it('account for the numbers that were published meanwhile', () => {
    printGap(2, 5);
    print(6);
    expect(balance(silence())).toMatchObject({ published: 6, inGaps: 4, violations: [] });
  });

  it.each([
    ['begin too early', 1.9, 5, GapReason.redisSilent],
    ['begin nobody knows when', null, 5, GapReason.redisSilent],
    ['end too late', 2, 5.1, GapReason.redisSilent],
    ['give another reason', 2, 5, GapReason.redisRestarted],
  ])('are not accepted when they %s', (_what, from, to, reason) => {
    printGap(from, to, reason);
    print(6);
    expect(balance(silence()).violations).toEqual([matching(/gap/)]);
  });

  it('are not accepted when nothing brings them', () => {
    printGap(2, 5);
    print(2, 3, 4, 5, 6);
    expect(balance().violations).toEqual([matching(/nothing brings it/)]);
  });
});

describe('repeats', () => {
  const kill = (): Strike => ({ ...silence(), allows: { ...NOTHING_LOST, repeats: true } });

  beforeEach(() => {
    publish(4);
    print(1, 2, 3);
  });

  it('are duplicates, and allowed after a kill', () => {
    printed.processEnded('early');
    print(2, 3, 4);
    expect(balance(kill())).toMatchObject({ handled: 4, duplicates: 2, violations: [] });
  });

  it('are not allowed after a clean end', () => {
    printed.processEnded('cleanly');
    print(3, 4);
    expect(balance(kill()).violations).toEqual([matching(/3 to 3 came again/)]);
  });

  it('are disorder in one process', () => {
    print(3, 4);
    expect(balance(kill()).violations).toEqual([matching(/3 behind 3/)]);
  });
});

it('does not ask for a number that Redis refused, nor for one of which nobody knows', () => {
  publish(1);
  published.refused(published.send());
  published.unknown(published.send());
  publish(4);
  print(1, 4);
  expect(balance()).toMatchObject({ published: 2, unknown: 1, silentlyLost: 0, violations: [] });
});

it('finds a number that was never published', () => {
  publish(1);
  published.refused(published.send());
  print(1, 2, 3);
  expect(balance().violations).toHaveLength(3);
});

it('forgives a torn line to a process that was killed alone', () => {
  publish(1);
  printed.add('{"kind":"mess');
  printed.processEnded('early');
  print(1);
  expect(balance().violations).toEqual([]);
  printed.add('{"kind":"mess');
  printed.processEnded('cleanly');
  expect(balance().violations).toHaveLength(1);
});

function matching(pattern: RegExp): string {
  return expect.stringMatching(pattern) as unknown as string;
}
