import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { PREVIEW_BYTES } from '@relay/contracts';
import type { Message } from '../handling/message.js';
import { bareMessage, delivered, gap, message, start } from '../handling/testing/recording.js';
import { ChannelSamples } from './channel-samples.js';
import { Feed } from './feed.js';

const KiB = 1024;
const MiB = 1024 * KiB;

let feed: Feed;

beforeEach(() => {
  feed = new Feed({ id: 'feed', history: 500 });
});

function bring(count: number, channel = 'loud'): void {
  for (let n = 0; n < count; n++) feed.add(message(`m${n}`, channel), 0);
}

function placesIn({ items }: { items: readonly { n: number }[] }): number[] {
  return items.map(({ n }) => n);
}

function kindsIn({ items }: { items: readonly { kind: string }[] }): string[] {
  return items.map(({ kind }) => kind);
}

it('shows what it had no memory for as soon as it has', () => {
  bring(3);
  jest.spyOn(ChannelSamples.prototype, 'add').mockImplementationOnce(() => {
    throw new RangeError('no memory');
  });
  expect(() => feed.news(0)).toThrow('no memory');
  expect(placesIn(feed.news(0))).toEqual([1, 2, 3]);
});

describe('an item', () => {
  it('tells all of a message', () => {
    const channel = { channel: 'news.at', pattern: 'news.*' };
    feed.add(delivered({ ...channel, payload: Buffer.from('hü'), receivedAt: 7 }, 3), 9);
    expect(feed.news(0)).toEqual({
      after: 0,
      upTo: 1,
      items: [
        {
          kind: 'message',
          n: 1,
          at: 9,
          id: 'box/0-3',
          publisher: 'p',
          channel: 'news.at',
          pattern: 'news.*',
          receivedAt: 7,
          size: 3,
          preview: 'hü',
          encoding: 'utf8',
          isKept: true,
        },
      ],
    });
  });

  it('tells of a bare message that nobody delivered it', () => {
    feed.add(bareMessage('x'), 0);
    expect(feed.news(0).items).toMatchObject([{ id: null, publisher: null, pattern: null }]);
    expect(feed.channels).toEqual([]);
  });

  it('tells of gaps, beginnings and dead letters', () => {
    feed.add(gap({ count: 3 }), 0);
    feed.add(start(new Date(5)), 0);
    const refusal = { handler: 'Store', attempts: 2, error: new TypeError('no') };
    feed.add({ kind: 'dead-letter', message: message('x', 'orders', 9), refusal }, 0);
    expect(feed.news(0).items).toMatchObject([
      { kind: 'gap', id: 'box/0-1', reason: 'redis-restarted', from: 1000, to: 2000, count: 3 },
      { kind: 'start', subscribedAt: 5 },
      {
        kind: 'dead-letter',
        id: 'box/0-9',
        channel: 'orders',
        handler: 'Store',
        attempts: 2,
        error: 'TypeError: no',
        preview: 'x',
      },
    ]);
  });

  it('shows the beginning of what is long, cut between two characters', () => {
    feed.add(message(`x${'ü'.repeat(PREVIEW_BYTES)}`), 0);
    feed.add(message(Buffer.alloc(PREVIEW_BYTES + 1, 0xff)), 0);
    const [text, bytes] = feed.news(0).items;
    expect(text).toMatchObject({
      size: 1 + 2 * PREVIEW_BYTES,
      preview: `x${'ü'.repeat(PREVIEW_BYTES / 2 - 1)}`,
      encoding: 'utf8',
    });
    expect(bytes).toMatchObject({
      size: PREVIEW_BYTES + 1,
      preview: Buffer.alloc(PREVIEW_BYTES, 0xff).toString('base64'),
      encoding: 'base64',
    });
  });

  it('has no name and no error as long as a message', () => {
    const refusal = { handler: 'Store', attempts: 1, error: new Error('e'.repeat(MiB)) };
    feed.add({ kind: 'dead-letter', message: message('x', 'c'.repeat(MiB)), refusal }, 0);
    feed.add(message('x', 'c'.repeat(MiB)), 0);
    expect(JSON.stringify(feed.news(0)).length).toBeLessThan(3 * KiB);
  });
});

describe('what is new', () => {
  it('comes whole and in order when it is little', () => {
    bring(60);
    expect(placesIn(feed.news(10))).toEqual(Array.from({ length: 50 }, (_, n) => n + 11));
  });

  it('is a sample when it is much, and its places count all of it', () => {
    bring(20_000);
    const news = feed.news(0);
    expect(news).toMatchObject({ after: 0, upTo: 20_000 });
    expect(placesIn(news)).toEqual(Array.from({ length: 100 }, (_, n) => n + 19_901));
    bring(5);
    expect(placesIn(feed.news(news.upTo))).toEqual([20_001, 20_002, 20_003, 20_004, 20_005]);
  });

  it('has a quiet channel in it, however loud another one is', () => {
    bring(300, 'loud');
    bring(2, 'quiet');
    bring(5000, 'loud');
    const { items } = feed.news(0);
    expect(items).toHaveLength(100);
    expect(
      items.filter((item) => item.kind === 'message' && item.channel === 'quiet'),
    ).toHaveLength(2);
  });

  it('is parted evenly between channels that are both loud', () => {
    for (let n = 0; n < 200; n++) {
      bring(4, 'a');
      bring(1, 'b');
    }
    const channels = feed
      .news(0)
      .items.map((item) => (item.kind === 'message' ? item.channel : ''));
    expect(channels.filter((channel) => channel === 'b')).toHaveLength(50);
  });

  it('never leaves out a gap or a dead letter for messages', () => {
    const refusal = { handler: 'Store', attempts: 1, error: new Error('no') };
    for (let n = 0; n < 40; n++) {
      feed.add(gap(), 0);
      feed.add({ kind: 'dead-letter', message: message('x'), refusal }, 0);
      bring(500);
    }
    const kinds = kindsIn(feed.news(0));
    expect(kinds.filter((kind) => kind === 'gap')).toHaveLength(40);
    expect(kinds.filter((kind) => kind === 'dead-letter')).toHaveLength(40);
    expect(kinds).toHaveLength(100);
  });

  it('wakes who waits for it, once', () => {
    let woken = 0;
    feed.onNext(() => (woken += 1));
    bring(3);
    expect(woken).toBe(1);
  });
});

describe('the history', () => {
  it('is what came last, with the place before it', () => {
    bring(2000);
    expect(feed.history(null)).toMatchObject({ after: 1500, upTo: 2000 });
    expect(placesIn(feed.history(null))).toEqual(Array.from({ length: 500 }, (_, n) => n + 1501));
    expect(placesIn(feed.history(1998))).toEqual([1999, 2000]);
    expect(feed.history(2000)).toEqual({ after: 2000, upTo: 2000, items: [] });
  });

  it('of nothing is empty', () => {
    expect(feed.history(null)).toEqual({ after: 0, upTo: 0, items: [] });
  });

  it('keeps the last gaps whatever comes after them, but not for ever', () => {
    for (let n = 0; n < 150; n++) feed.add(gap(), 0);
    bring(10_000);
    const kinds = kindsIn(feed.history(null));
    expect(kinds.filter((kind) => kind === 'gap')).toHaveLength(100);
    expect(kinds).toHaveLength(600);
    expect(feed.history(null).after).toBe(50);
  });

  it('is a sample when it takes more than 1 MiB, whatever is kept, and its places count all of it', () => {
    feed = new Feed({ id: 'feed', history: 5000 });
    bring(2, 'quiet');
    feed.add(gap(), 0);
    for (let n = 0; n < 5000; n++) feed.add(message('\u0001'.repeat(PREVIEW_BYTES), 'loud'), 0);
    const history = feed.history(null);
    const bytes = Buffer.byteLength(JSON.stringify(history.items));
    expect(bytes).toBeLessThanOrEqual(MiB);
    expect(bytes).toBeGreaterThan(MiB - 10 * KiB);
    expect(history).toMatchObject({ after: 0, upTo: 5003 });
    const [first, second, third, ...loud] = placesIn(history);
    expect([first, second, third]).toEqual([1, 2, 3]);
    expect(loud).toEqual(Array.from(loud, (_, n) => 5004 - loud.length + n));
    expect(feed.history(4999).items).toHaveLength(4);
  });

  it('keeps the newest of quiet channels, of so many at the most', () => {
    for (let n = 0; n < 1000; n++) bring(1, `channel ${n}`);
    bring(10, 'quiet');
    bring(10_000, 'loud');
    const { items } = feed.history(null);
    const channels = items.map((item) => (item.kind === 'message' ? item.channel : ''));
    expect(channels.filter((channel) => channel === 'quiet')).toHaveLength(5);
    expect(new Set(channels).size).toBe(100);
    expect(channels).not.toContain('channel 0');
  });
});

describe('a payload', () => {
  it('can be had whole by its place once it was shown', () => {
    feed.add(message('x'.repeat(5000)), 0);
    expect(feed.news(0).items).toMatchObject([{ isKept: true }]);
    expect(Buffer.from(feed.payload(1) ?? '').toString()).toBe('x'.repeat(5000));
    expect(feed.payload(2)).toBeUndefined();
  });

  it('beyond 64 KiB is shown by its beginning only', () => {
    feed.add(message('x'.repeat(64 * KiB + 1)), 0);
    expect(feed.news(0).items).toMatchObject([{ isKept: false, size: 64 * KiB + 1 }]);
    expect(feed.payload(1)).toBeUndefined();
  });

  it('goes when those that came after take 16 MiB', () => {
    for (let n = 0; n < 300; n++) feed.add(message('x'.repeat(64 * KiB)), 0);
    feed.history(null);
    expect(feed.payload(1)).toBeUndefined();
    const kept = Array.from({ length: 300 }, (_, n) => feed.payload(n + 1)).filter(Boolean);
    expect(kept.length).toBeGreaterThan(250);
    expect(kept.length).toBeLessThanOrEqual(256);
  });

  it('is copied out of its frame when it is shown', () => {
    const frame = Buffer.from('hello');
    feed.add(messageIn(frame), 0);
    feed.news(0);
    frame.fill('-');
    expect(feed.history(null).items).toMatchObject([{ preview: 'hello' }]);
    expect(Buffer.from(feed.payload(1) ?? '').toString()).toBe('hello');
  });

  it('is copied out of its frame when the frames become too many, whole only where it is rare', () => {
    const quiet = Buffer.from('q'.repeat(2000));
    const loud = Array.from({ length: 10 }, () => Buffer.from('l'.repeat(2000)));
    feed.add(messageIn(quiet, 'quiet'), 0);
    for (const frame of loud) feed.add(messageIn(frame, 'loud'), 0);
    for (let n = 0; n < 33; n++) feed.add(messageIn(Buffer.allocUnsafeSlow(MiB), 'loud'), 0);
    for (const frame of [quiet, ...loud]) frame.fill('-');
    const [first, second] = feed.history(null).items;
    expect(first).toMatchObject({ preview: 'q'.repeat(PREVIEW_BYTES), isKept: true });
    expect(second).toMatchObject({ preview: 'l'.repeat(PREVIEW_BYTES), isKept: false });
    expect(Buffer.from(feed.payload(1) ?? '').toString()).toBe('q'.repeat(2000));
    expect(feed.payload(2)).toBeUndefined();
  });

  it('is copied, too, where the frames are large and what is shown of them is small', () => {
    const frames = Array.from({ length: 34 }, () => Buffer.allocUnsafeSlow(MiB).fill('x'));
    for (const frame of frames) feed.add(messageIn(frame.subarray(0, 5)), 0);
    for (const frame of frames.slice(0, 16)) frame.fill('-');
    const previews = feed.history(null).items.map((item) => 'preview' in item && item.preview);
    expect(previews).toEqual(frames.map(() => 'xxxxx'));
  });

  it('that is not kept whole is told to be text by its beginning, cut between two characters', () => {
    const text = Buffer.from(`x${'ü'.repeat(64 * KiB)}`);
    feed.add(messageIn(text), 0);
    feed.add(messageIn(Buffer.alloc(65 * KiB, 0x80)), 0);
    expect(feed.news(0).items).toMatchObject([
      { encoding: 'utf8', preview: `x${'ü'.repeat(PREVIEW_BYTES / 2 - 1)}`, isKept: false },
      { encoding: 'base64', preview: Buffer.alloc(PREVIEW_BYTES, 0x80).toString('base64') },
    ]);
  });
});

/** A message that is alone in its frame. */
function messageIn(frame: Buffer, channel = 'c'): Message {
  return delivered({ channel, payload: frame });
}
