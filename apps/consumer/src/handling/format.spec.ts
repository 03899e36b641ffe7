import { describe, expect, it } from '@jest/globals';
import { GapReason } from '@relay/contracts';
import { describeGap, describeStart, formatMessage, jsonGap } from './format.js';
import type { Message } from './message.js';
import { bareMessage, delivered, gap, origin, start } from './testing/recording.js';

const receivedAt = new Date(2024, 0, 2, 3, 4, 5, 6);

function message(payload: string | Uint8Array, channel = 'test_websocket'): Message {
  const content = { channel, payload: Buffer.from(payload), receivedAt: receivedAt.getTime() };
  return delivered(content, 7);
}

describe('pretty', () => {
  it('prints local time, channel and payload', () => {
    expect(formatMessage.pretty(message('hello'))).toBe('03:04:05.006  test_websocket  hello\n');
  });

  it('leaves emoji and other scripts as they are', () => {
    expect(formatMessage.pretty(message('👩‍🚀 héllo שלום'))).toContain('👩‍🚀 héllo שלום\n');
  });

  it('shows control characters as escapes, in channel and payload', () => {
    const text = '\u001b[31m\u0007\u0000\u007f\u009b\r\n\t\u202e\u2028';
    const line = String(formatMessage.pretty(message(text, '\u001b]0;title')));
    expect(line).toContain('\\u001b]0;title');
    expect(line).toContain('\\u001b[31m\\u0007\\u0000\\u007f\\u009b\\r\\n\\t\\u202e\\u2028\n');
    expect(line.slice(0, -1)).not.toMatch(/\p{Cc}/u);
  });

  it('shows bytes that are no text as hexadecimal digits', () => {
    expect(formatMessage.pretty(message(Buffer.from([0xff, 0xfe])))).toMatch(/2 bytes.* fffe\n$/);
  });
});

describe('json', () => {
  it('is one object a line, whatever the payload holds', () => {
    const line = String(formatMessage.json(message('a\n"b"\u0000')));
    expect(line.indexOf('\n')).toBe(line.length - 1);
    expect(JSON.parse(line)).toEqual({
      kind: 'message',
      channel: 'test_websocket',
      payload: 'a\n"b"\u0000',
      id: 'box/0-7',
      offset: '0-7',
      receivedAt: receivedAt.toISOString(),
    });
  });

  it('keeps a byte order mark', () => {
    const line = String(formatMessage.json(message('\ufeffhello')));
    expect(JSON.parse(line)).toMatchObject({ payload: '\ufeffhello' });
  });

  it('gives bytes that are not UTF-8 in base64 and says so', () => {
    const line = String(formatMessage.json(message(Buffer.from([0xff, 0x00]))));
    expect(JSON.parse(line)).toMatchObject({ payload: '/wA=', encoding: 'base64' });
  });

  it('gives null as the id and the offset of a bare message', () => {
    const bare = bareMessage('y');
    expect(JSON.parse(String(formatMessage.json(bare)))).toMatchObject({ id: null, offset: null });
  });
});

describe('raw', () => {
  it('is the exact bytes and a line end', () => {
    const everyByte = Array.from({ length: 256 }, (_, byte) => byte);
    const bytes = formatMessage.raw(message(Buffer.from(everyByte)));
    expect([...(bytes as Uint8Array)]).toEqual([...everyByte, 0x0a]);
  });
});

describe('a gap', () => {
  const from = new Date(2024, 0, 2, 3, 4, 5, 6);
  const to = new Date(2024, 0, 2, 3, 4, 7, 0);

  it.each([
    [null, 'messages may be missing'],
    [1, '1 message is missing'],
    [2, '2 messages are missing'],
    [0, '0 messages are missing'],
  ])('of %s says in words that %s', (count, words) => {
    expect(describeGap(gap({ count, from, to }))).toBe(
      `${words}, 03:04:05.006 – 03:04:07.000: Redis restarted (p)`,
    );
  });

  it('says where its times are not known', () => {
    expect(describeGap(gap({ from: null, to: null }))).toContain(', unknown – now: ');
  });

  it.each(Object.values(GapReason).filter((reason) => reason !== GapReason.start))(
    'has words for %s',
    (reason) => {
      expect(describeGap(gap({ reason }))).not.toContain(`: ${reason} (`);
    },
  );

  it.each(['solar-flare', 'constructor', '__proto__'])(
    'shows %s, a reason that it does not know, as it is',
    (reason) => {
      expect(describeGap(gap({ reason }))).toContain(`: ${reason} (p)`);
    },
  );

  it('leaves nothing in a reason or a name that a terminal obeys', () => {
    const name = '\u001b[2J\n';
    const line = describeGap(
      gap({ reason: name, origin: { publisher: name, outbox: 'box', offset: '0-1' } }),
    );
    expect(line).toContain('\\u001b[2J\\n (\\u001b[2J\\n)');
    expect(line).not.toMatch(/\p{Cc}/u);
  });

  it('is an object for programs, with null for what nobody knows', () => {
    expect(jsonGap(gap({ from: null, to, count: 3 }))).toEqual({
      kind: 'gap',
      reason: 'redis-restarted',
      from: null,
      to: to.toISOString(),
      count: 3,
      publisher: 'p',
    });
  });
});

describe('a beginning', () => {
  it('says who is subscribed since when', () => {
    expect(describeStart(start(receivedAt))).toBe('begins: p is subscribed since 03:04:05.006');
  });

  it('leaves the time out where it is not known', () => {
    expect(describeStart(start(null))).toBe('begins: p is subscribed');
  });

  it('leaves nothing in the name that a terminal obeys', () => {
    const named = { ...start(null), origin: { ...origin(1), publisher: '\u001b[2J' } };
    expect(describeStart(named)).toBe('begins: \\u001b[2J is subscribed');
  });
});
