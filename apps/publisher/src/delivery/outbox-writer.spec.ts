import { beforeEach, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { GapReason } from '@relay/contracts';
import { entriesOf, MemoryOutbox, type NewGap, type NewMessage } from '@relay/delivery';
import { RecordedLog } from '@relay/testing';
import { OutboxWriter } from './outbox-writer.js';
import { outOfMemory } from './testing/out-of-memory.js';
import { told } from './testing/told.js';

let log: RecordedLog;
let outbox: MemoryOutbox;
let writer: OutboxWriter;

beforeEach(() => {
  log = new RecordedLog();
  Logger.overrideLogger(log);
  outbox = new MemoryOutbox('outbox-1', { maxMessages: 1000, maxBytes: 1_000_000 });
  writer = new OutboxWriter(outbox, ['c']);
});

function message(text: string, receivedAt = 1_000): NewMessage {
  return { kind: 'message', channel: 'c', payload: Buffer.from(text), receivedAt };
}

const redisGap: NewGap = {
  kind: 'gap',
  reason: GapReason.redisSilent,
  from: 1,
  to: 2,
  count: null,
};

/** Its memory ends in the middle of being written. */
function unwritable(receivedAt = 1_000): NewMessage {
  const whole = message('x', receivedAt);
  let reads = 0;
  return Object.defineProperty(whole, 'receivedAt', {
    get: () => {
      reads += 1;
      if (reads === 1) throw new RangeError('Array buffer allocation failed');
      return receivedAt;
    },
  });
}

function held(): string[] {
  return entriesOf(outbox.read('0-0', { entries: 100, bytes: 1_000_000 })).map(told);
}

it('puts a gap in the place of a message that cannot be taken in, and takes the others', () => {
  writer.write([message('before'), unwritable(), message('behind')], 900);
  expect(held()).toEqual(['before', 'not-taken-in 900 1000 1', 'behind']);
  expect(writer.received.total).toBe(2);
  expect(writer.gaps.total).toBe(1);
  expect(log.lines.join('\n')).toContain('messages could not be taken in, 1 so far');
});

it('puts one gap in the place of many, as soon as there is room for it', () => {
  outOfMemory(outbox, 'append', 6);
  writer.write([message('1', 1_000), message('2', 3_000), message('3', 2_000)], 900);
  expect(writer.settle()).toBe(false);
  expect(held()).toEqual([]);
  writer.write([message('4', 2_500), message('5', 5_000)], 2_400);
  expect(held()).toEqual(['not-taken-in 900 3000 4', '5']);
  expect(writer.settle()).toBe(true);
});

it('begins the gap at an unknown time where nothing was heard before, or the clock was set back', () => {
  writer.write([unwritable(), message('1')], null);
  writer.write([unwritable(), message('2')], 1_001);
  expect(held()).toEqual(['not-taken-in null 1000 1', '1', 'not-taken-in null 1000 1', '2']);
});

it('keeps the order where a gap finds no place itself', () => {
  outOfMemory(outbox, 'append');
  writer.writeGap(redisGap);
  expect(held()).toEqual([]);
  writer.write([message('behind')], 2);
  expect(held()).toEqual(['redis-silent 1 2 null', 'behind']);
});
