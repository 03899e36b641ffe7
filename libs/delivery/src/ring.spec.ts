import { describe, expect, it } from '@jest/globals';
import { Ring } from './ring.js';

function ringOf(...items: readonly number[]): Ring<number> {
  const ring = new Ring<number>();
  for (const item of items) ring.push(item);
  return ring;
}

function contents(ring: Ring<number>): (number | undefined)[] {
  return Array.from({ length: ring.length }, (_, index) => ring.at(index));
}

describe('a ring', () => {
  it('gives back what it was given, the oldest first', () => {
    const ring = ringOf(1, 2, 3);
    expect([ring.shift(), ring.shift(), ring.shift(), ring.shift()]).toEqual([1, 2, 3, undefined]);
  });

  it('gives the newest back, too', () => {
    const ring = ringOf(1, 2);
    expect([ring.pop(), ring.pop(), ring.pop()]).toEqual([2, 1, undefined]);
  });

  it('is gone through from the oldest to the newest', () => {
    const ring = ringOf(1, 2, 3);
    ring.shift();
    ring.push(4);
    expect([...ring]).toEqual([2, 3, 4]);
  });

  it('has nothing outside of its length', () => {
    const ring = ringOf(1);
    expect([ring.at(-1), ring.at(0), ring.at(1)]).toEqual([undefined, 1, undefined]);
  });

  it('keeps the order when it grows while its contents go round the end', () => {
    const ring = ringOf(...Array.from({ length: 50 }, (_, index) => index));
    for (let n = 0; n < 40; n++) ring.shift();
    for (let n = 50; n < 200; n++) ring.push(n);
    expect(contents(ring)).toEqual(Array.from({ length: 160 }, (_, index) => index + 40));
  });

  it('can be emptied and filled again', () => {
    const ring = ringOf(1, 2, 3);
    ring.shift();
    ring.pop();
    ring.shift();
    ring.push(4);
    expect(contents(ring)).toEqual([4]);
  });
});
