import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  BEFORE_ALL,
  compareOffsets,
  type Offset,
  OFFSET_PATTERN,
  sequenceOf,
  successor,
} from './offset.js';

type Pair = readonly [bigint, bigint];

const MAX = 2n ** 64n - 1n;

const u64 = fc.oneof(
  fc.bigInt({ min: 0n, max: MAX }),
  fc.bigInt({ min: 0n, max: 20n }),
  fc.bigInt({ min: MAX - 20n, max: MAX }),
);
const pair: fc.Arbitrary<Pair> = fc.tuple(u64, u64);

describe('the order of offsets', () => {
  it('is the order of the pairs of numbers', () => {
    fc.assert(
      fc.property(pair, pair, (a, b) => {
        expect(Math.sign(compareOffsets(text(a), text(b)))).toBe(comparePairs(a, b));
      }),
    );
  });

  it('tells offsets apart that share their milliseconds', () => {
    fc.assert(
      fc.property(u64, u64, u64, (milliseconds, a, b) => {
        const order = compareOffsets(text([milliseconds, a]), text([milliseconds, b]));
        expect(Math.sign(order)).toBe(comparePairs([0n, a], [0n, b]));
      }),
    );
  });

  it('has nothing before BEFORE_ALL', () => {
    fc.assert(
      fc.property(pair, (any) => {
        expect(compareOffsets(BEFORE_ALL, text(any))).toBeLessThanOrEqual(0);
      }),
    );
  });
});

describe('the successor of an offset', () => {
  it.each([
    ['0-0', '0-1'],
    ['0-9', '0-10'],
    ['1790000000000-99', '1790000000000-100'],
    ['0-9007199254740992', '0-9007199254740993'],
    ['5-18446744073709551615', '6-0'],
  ])('of %s is %s', (offset, next) => {
    expect(successor(offset)).toBe(next);
  });

  it('lies behind it, with nothing between them', () => {
    fc.assert(
      fc.property(
        pair.filter(([milliseconds]) => milliseconds < MAX),
        pair,
        (before, any) => {
          const next = successor(text(before));
          expect(next).toMatch(OFFSET_PATTERN);
          expect(compareOffsets(text(before), next)).toBeLessThan(0);
          expect(compareOffsets(text(any), text(before)) > 0).toBe(
            compareOffsets(text(any), next) >= 0,
          );
        },
      ),
    );
  });
});

describe('the sequence of an offset', () => {
  it('is its second number', () => {
    fc.assert(
      fc.property(u64, fc.maxSafeNat(), (milliseconds, sequence) => {
        expect(sequenceOf(text([milliseconds, BigInt(sequence)]))).toBe(sequence);
      }),
    );
  });
});

describe('the text of an offset', () => {
  it('is any pair of unsigned 64-bit numbers', () => {
    fc.assert(
      fc.property(pair, (any) => {
        expect(text(any)).toMatch(OFFSET_PATTERN);
      }),
    );
  });

  it.each(['', '-', '1', '1-', '-1', '01-1', '1-01', '+1-1', '1-1 ', '1-1\n', '1-1-1', '１-1'])(
    'is not %j',
    (other) => {
      expect(other).not.toMatch(OFFSET_PATTERN);
    },
  );
});

function text([milliseconds, sequence]: Pair): Offset {
  return `${milliseconds}-${sequence}`;
}

function comparePairs(a: Pair, b: Pair): number {
  const [x, y] = a[0] === b[0] ? [a[1], b[1]] : [a[0], b[0]];
  if (x === y) return 0;
  return x < y ? -1 : 1;
}
