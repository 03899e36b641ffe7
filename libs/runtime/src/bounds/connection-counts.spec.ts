import { describe, expect, it } from '@jest/globals';
import { ConnectionCounts } from './connection-counts.js';

describe('connections', () => {
  it('have room up to the limit in all, and again when one has left', () => {
    const counts = new ConnectionCounts(2, 2);
    const leave = counts.add('192.0.2.1');
    expect(counts.lackFor('192.0.2.2')).toBeUndefined();
    counts.add('192.0.2.2');
    expect(counts.lackFor('192.0.2.3')).toBe('in-all');
    leave();
    expect(counts.lackFor('192.0.2.3')).toBeUndefined();
  });

  it('have room up to the limit of their address, while others still have', () => {
    const counts = new ConnectionCounts(10, 1);
    const leave = counts.add('2001:db8::1');
    expect(counts.lackFor('2001:db8::2')).toBe('per-address');
    expect(counts.lackFor('2001:db9::2')).toBeUndefined();
    leave();
    expect(counts.lackFor('2001:db8::2')).toBeUndefined();
  });

  it('leave once, however often it is said', () => {
    const counts = new ConnectionCounts(10, 10);
    const leave = counts.add('192.0.2.1');
    counts.add('192.0.2.1');
    leave();
    leave();
    expect(counts.total).toBe(1);
  });
});
