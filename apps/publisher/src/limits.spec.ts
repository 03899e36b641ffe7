import { describe, expect, it } from '@jest/globals';
import { HTTP_LIMITS, WEB_SOCKET_LIMITS } from '@relay/runtime';
import { boundsOf } from '@relay/testing';
import { LIMITS, LimitsReached } from './limits.js';

const documented = boundsOf('publisher');

describe('the table of bounds has', () => {
  it('every limit with its value', () => {
    expect(documented.limits).toEqual({ ...LIMITS, ...HTTP_LIMITS, ...WEB_SOCKET_LIMITS });
  });

  it('every label of the metric, and no other', () => {
    const counted = new LimitsReached().counts.map(([limit]) => limit);
    expect(documented.labels).toEqual([...counted].sort());
  });
});
