import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Caller, Callers } from './callers.js';

let cut: string[];

beforeEach(() => {
  cut = [];
});

function caller(name: string, group = name, isAnswered = false): Caller {
  return { group, isAnswered, cut: () => cut.push(name) };
}

describe('callers', () => {
  it('have room up to the limits, and again when one has left', () => {
    const callers = new Callers(2, 2);
    const first = caller('first');
    expect(callers.add(first)).toBeUndefined();
    callers.add(caller('second'));
    callers.remove(first);
    callers.remove(first);
    expect(callers.add(caller('third'))).toBeUndefined();
    expect(callers.total).toBe(2);
    expect(cut).toEqual([]);
  });

  it('take the place of the oldest of the group that holds most', () => {
    const callers = new Callers(4, 4);
    for (const name of ['publisher', 'a1:a', 'a2:a', 'b1:b']) {
      callers.add(caller(name, name.split(':').at(-1)));
    }
    expect(callers.add(caller('c1', 'c'))).toBe('in-all');
    expect(cut).toEqual(['a1:a']);
    expect(callers.total).toBe(4);
  });

  it('take the place of the one that came first where all groups hold the same', () => {
    const callers = new Callers(2, 2);
    for (const name of ['a', 'b', 'c', 'd']) callers.add(caller(name));
    expect(cut).toEqual(['a', 'b']);
  });

  it('take then the place of one that is silent before that of one that is answered', () => {
    const callers = new Callers(2, 2);
    callers.add(caller('answered', 'a', true));
    callers.add(caller('silent'));
    callers.add(caller('new'));
    expect(cut).toEqual(['silent']);
  });

  it('take, of their own group, the place of one that is silent before that of one that is answered', () => {
    const callers = new Callers(10, 2);
    callers.add(caller('answered', 'a', true));
    callers.add(caller('silent', 'a'));
    expect(callers.add(caller('new', 'a', true))).toBe('per-address');
    expect(callers.add(caller('newer', 'a'))).toBe('per-address');
    expect(cut).toEqual(['silent', 'answered']);
    expect(callers.total).toBe(2);
  });

  it('of a group that is answered only do not keep their places from another group', () => {
    const callers = new Callers(2, 2);
    for (const name of ['a1', 'a2']) callers.add(caller(name, 'a', true));
    callers.add(caller('publisher'));
    expect(cut).toEqual(['a1']);
  });
});
