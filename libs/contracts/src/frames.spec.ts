import { describe, expect, it } from '@jest/globals';
import { decodeBare, decodeDeliver, encodeDeliver, InvalidFrameError } from './frames.js';

const utf8 = new TextEncoder();

describe('a deliver frame', () => {
  it.each([
    ['no bytes', new Uint8Array()],
    ['NUL bytes', Uint8Array.of(0, 1, 0)],
    ['bytes that are not UTF-8', Uint8Array.of(0x68, 0xff, 0xfe, 0x80, 0x69)],
    ['a mebibyte', new Uint8Array(1024 * 1024).fill(7)],
  ])('carries %s as they are', (_, payload) => {
    const entry = {
      kind: 'message',
      offset: '0-1',
      channel: 'news.se',
      pattern: 'news.*',
      payload,
      receivedAt: 1_790_000_000_123,
    } as const;
    const [decoded] = decodeDeliver(encodeDeliver([entry])).data.entries;
    expect(decoded).toEqual({ ...entry, payload: expect.any(Uint8Array) });
    expect(Buffer.compare(decoded?.payload ?? Buffer.from('?'), payload)).toBe(0);
  });

  it.each([
    ['bytes that are not CBOR', Uint8Array.of(0xff, 0xff)],
    ['no bytes', new Uint8Array()],
    ['no entries', encodeDeliver([])],
  ])('is refused with %s', (_, bytes) => {
    expect(() => decodeDeliver(bytes)).toThrow(InvalidFrameError);
  });
});

describe('a bare frame', () => {
  it('is an event and a string', () => {
    expect(decodeBare(utf8.encode('{"event":"test_websocket","data":"hello"}'))).toEqual({
      event: 'test_websocket',
      data: 'hello',
    });
  });

  it.each(['', 'hello', 'null', '[]', '{"event":"x"}', '{"event":"x","data":1}', '{"event":""}'])(
    'is refused when it is %j',
    (text) => {
      expect(() => decodeBare(utf8.encode(text))).toThrow(InvalidFrameError);
    },
  );
});
