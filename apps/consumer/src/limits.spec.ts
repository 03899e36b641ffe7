import { describe, expect, it } from '@jest/globals';
import { HTTP_LIMITS, loadConfig, WEB_SOCKET_LIMITS } from '@relay/runtime';
import { boundsOf } from '@relay/testing';
import { consumerSettings } from './consumer.config.js';
import { LIMITS, LimitsReached } from './limits.js';

const documented = boundsOf('consumer');

describe('the table of bounds has', () => {
  it('every limit with its value', () => {
    const config = loadConfig(consumerSettings, {}, []);
    const { window, ...constants } = LIMITS;
    expect(documented.limits).toEqual({
      MAX_ENTRY_BYTES: config.maxEntryBytes,
      MAX_CONNECTIONS: config.maxConnections,
      MAX_CONNECTIONS_PER_ADDRESS: config.maxConnectionsPerAddress,
      MAX_BARE_FRAMES_PER_SECOND: config.maxBareFramesPerSecond,
      PAGE_HISTORY: config.pageHistory,
      ...constants,
      ...HTTP_LIMITS,
      ...WEB_SOCKET_LIMITS,
    });
    expect(window).toEqual({ entries: 8192, bytes: 8 * 1024 * 1024 });
  });

  it('every label of the metric, and no other', () => {
    const counted = new LimitsReached().counts.map(([limit]) => limit);
    expect(documented.labels).toEqual([...counted].sort());
  });
});
