import { expect, it } from '@jest/globals';
import { AckTiming } from './ack-timing.js';

let now = 0;

function timing(): AckTiming {
  return new AckTiming(() => now);
}

it('times a frame until all of it is acknowledged', () => {
  const acks = timing();
  acks.sent('0-9');
  now += 100;
  acks.acknowledged('0-8');
  expect(acks.roundTrips.count).toBe(0);
  now += 200;
  acks.acknowledged('0-10');
  expect(acks.roundTrips).toMatchObject({ count: 1, sum: 0.3 });
});

it('times one frame at a time', () => {
  const acks = timing();
  acks.sent('0-1');
  acks.sent('0-2');
  acks.acknowledged('0-2');
  acks.acknowledged('0-3');
  expect(acks.roundTrips.count).toBe(1);
});

it('waits for no acknowledgement of a connection that is gone', () => {
  const acks = timing();
  acks.sent('0-1');
  acks.disconnected();
  acks.acknowledged('0-1');
  expect(acks.roundTrips.count).toBe(0);
});
