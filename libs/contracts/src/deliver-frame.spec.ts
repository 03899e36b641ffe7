import { describe, expect, it } from '@jest/globals';
import { Encoder } from 'cbor-x';
import fc from 'fast-check';
import * as z from 'zod/mini';
import { decodeBinary, type Deliver, encodeDeliver, MAX_DELIVER_ENTRIES } from './deliver-frame.js';
import { type Entry, gapEntry, type MessageEntry, messageEntry } from './entries.js';
import { InvalidFrameError } from './invalid-frame-error.js';
import { OFFSET_PATTERN } from './offset.js';

const cbor = new Encoder({ useRecords: false, tagUint8Array: false });

const message: MessageEntry = {
  kind: 'message',
  offset: '0-1',
  channel: 'test_websocket',
  payload: Buffer.from('hello'),
  receivedAt: 1_790_000_000_123,
};

describe('a deliver frame', () => {
  it.each([
    ['no bytes', Buffer.alloc(0)],
    ['NUL bytes', Buffer.of(0, 1, 0)],
    ['bytes that are not UTF-8', Buffer.of(0x68, 0xff, 0xfe, 0x80, 0x69)],
    ['what CBOR begins and ends with', Buffer.of(0x9f, 0xd9, 0xd9, 0xf7, 0xff)],
    ['a mebibyte', Buffer.alloc(1024 * 1024, 7)],
  ])('carries %s as they are', (_, payload) => {
    const [entry] = roundTrip({ after: '0-0', entries: [{ ...message, payload }] }).entries;
    if (entry?.kind !== 'message') throw new Error('a message expected');
    expect(Buffer.compare(entry.payload, payload)).toBe(0);
  });

  it('carries every entry that the schemas allow', () => {
    fc.assert(
      fc.property(deliverArbitrary(), (deliver) => {
        expect(plain(roundTrip(deliver))).toEqual(plain(deliver));
      }),
      { numRuns: 300 },
    );
  });

  it('carries many entries, each with its own', () => {
    const entries = Array.from({ length: MAX_DELIVER_ENTRIES }, (_, n): Entry => {
      const offset = `0-${n + 1}`;
      return n % 100 === 0
        ? { kind: 'gap', offset, reason: 'overflow', from: null, to: n, count: n }
        : { ...message, offset, channel: `channel ${n} ö`, payload: Buffer.alloc(n % 50, n) };
    });
    expect(plain(roundTrip({ after: '0-0', entries }))).toEqual(plain({ after: '0-0', entries }));
  });

  it('gives payloads as views of the frame', () => {
    const bytes = encodeDeliver({ after: '0-0', entries: [message] });
    const [entry] = expectDeliver(bytes).entries;
    if (entry?.kind !== 'message') throw new Error('a message expected');
    expect(entry.payload.buffer).toBe(bytes.buffer);
  });

  it.each(['-05', '00-', '05-', '-012345', '5', '1-01', '1--1'])(
    'has no offset that is written like %s',
    (offset) => {
      const bytes = encodeDeliver({ after: '0-0', entries: [{ ...message, offset }] });
      expect(() => decodeBinary(bytes)).toThrow(InvalidFrameError);
    },
  );

  it('stays as it is when others are written after it', () => {
    const bytes = encodeDeliver({ after: '0-0', entries: [message] });
    const before = Buffer.from(bytes);
    for (let n = 0; n < 1000; n += 1) encodeDeliver({ after: '0-7', entries: [message, message] });
    expect(Buffer.compare(bytes, before)).toBe(0);
  });

  it('is an array of plain CBOR', () => {
    const entries: Entry[] = [
      message,
      { ...message, offset: '0-2', pattern: 'test_*' },
      { kind: 'gap', offset: '0-3', reason: 'overflow', from: 0, to: null, count: 24 },
    ];
    const payload = '45 68656c6c6f';
    const receivedAt = 'fb 427a0c4506c7b000';
    const channel = '6e 746573745f776562736f636b6574';
    expect(hexOf(encodeDeliver({ after: '0-0', entries }))).toBe(
      compact(`83 67 64656c69766572 63 302d30 83
        85 00 63 302d31 ${receivedAt} ${payload} ${channel}
        86 00 63 302d32 ${receivedAt} ${payload} ${channel} 66 746573745f2a
        86 01 63 302d33 68 6f766572666c6f77 00 f6 1818`),
    );
  });

  it.each([
    ['an integer of 16 bits', '19 1234', 0x1234],
    ['an integer of 64 bits', '1b 000001a0c4e2807b', 0x1a0c4e2807b],
    ['a float of 16 bits', 'f9 3c00', 1],
    ['a float of 32 bits', 'fa 49742400', 1_000_000],
  ])('may have a time that is %s', (_, hex, receivedAt) => {
    const bytes = compact(`83 67 64656c69766572 63 302d30 81 85 00 63 302d31 ${hex} 40 60`);
    expect(expectDeliver(Buffer.from(bytes, 'hex')).entries).toMatchObject([{ receivedAt }]);
  });

  it('is accepted exactly when the schemas accept its entries', () => {
    fc.assert(
      fc.property(itemsArbitrary(), (items) => {
        const bytes = cbor.encode(['deliver', '0-0', [items]]);
        expect(accepts(() => decodeBinary(bytes))).toBe(
          accepts(() => z.parse(z.union([messageEntry, gapEntry]), fieldsOf(items))),
        );
      }),
      { numRuns: 5000 },
    );
  });
});

describe('a deliver frame is refused', () => {
  const entry = [0, '0-1', 0, Buffer.alloc(0), 'c'];

  it.each([
    ['has no entries', ['deliver', '0-0', []], 'entries of 1 to 8192 items expected, not of 0'],
    [
      'has too many entries',
      ['deliver', '0-0', Array(MAX_DELIVER_ENTRIES + 1).fill(entry)],
      'entries of 1 to 8192 items expected, not of 8193',
    ],
    ['has no after', ['deliver', [entry]], 'deliver has 3 items, not 2'],
    ['has something behind', ['deliver', '0-0', [entry], 1], 'deliver has 3 items, not 4'],
    ['has a wrong after', ['deliver', '00-0', [entry]], 'after is not an offset'],
    [
      'has an entry of another kind',
      ['deliver', '0-0', [entry, [2, '0-2', 1, 2, 3]]],
      'the kind of entry 1 is not as the protocol has it',
    ],
    [
      'has a text as its payload',
      ['deliver', '0-0', [[0, '0-1', 0, 'text', 'c']]],
      'the payload of entry 0 is not as the protocol has it',
    ],
    [
      'has a gap without a count',
      ['deliver', '0-0', [[1, '0-1', 'overflow', null, null]]],
      'the count of entry 0 is not as the protocol has it',
    ],
    ['has a short entry', ['deliver', '0-0', [[0, '0-1', 0, Buffer.alloc(0)]]], /^an entry of 5/],
    ['has a long entry', ['deliver', '0-0', [[...entry, 'p', 1]]], /^an entry of 5 to 6 items/],
    [
      'has a simple value',
      ['deliver', '0-0', [[0, '0-1', 0, true, 'c']]],
      'byte 21: text, bytes, an unsigned number, a float or null expected',
    ],
    ['names no event', [], /^an array of 1/],
    ['names an event without a letter', ['', 1], 'the name of an event has 1 to 200 bytes'],
    ['names an endless event', ['x'.repeat(201)], 'the name of an event has 1 to 200 bytes'],
    ['begins with a number', [1, '0-0', [entry]], 'byte 1: the name of an event expected'],
    ['is a map', { deliver: 1 }, 'byte 0: an array expected'],
  ])('that %s', (_, frame, message) => {
    expect(() => decodeBinary(cbor.encode(frame))).toThrow(
      expect.objectContaining({
        name: 'InvalidFrameError',
        message: typeof message === 'string' ? message : expect.stringMatching(message),
      }),
    );
  });
});

describe('a binary frame of an event that is not known', () => {
  it.each([
    ['alone', ['compressed']],
    ['with anything behind', ['compressed', { a: [new Map(), -1, undefined] }]],
  ])('is named, not refused, %s', (_, frame) => {
    expect(decodeBinary(cbor.encode(frame))).toEqual({ event: 'unknown', data: 'compressed' });
  });

  it('is not deliver because it resembles it', () => {
    for (const event of ['Deliver', 'deliver ', '\uFEFFdeliver', 'deliver\0']) {
      expect(decodeBinary(cbor.encode([event]))).toEqual({ event: 'unknown', data: event });
    }
  });
});

function expectDeliver(bytes: Uint8Array): Deliver {
  const frame = decodeBinary(bytes);
  if (frame.event !== 'deliver') throw new Error(`deliver expected, not ${frame.data}`);
  return frame.data;
}

function roundTrip(deliver: Deliver): Deliver {
  return expectDeliver(encodeDeliver(deliver));
}

/** Bytes as text, so that a view of a frame equals a payload of its own. */
function plain({ after, entries }: Deliver): unknown {
  return {
    after,
    entries: entries.map((entry) =>
      entry.kind === 'message' ? { ...entry, payload: hexOf(entry.payload) } : entry,
    ),
  };
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function compact(hex: string): string {
  return hex.replace(/\s/g, '');
}

function accepts(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof InvalidFrameError || error instanceof z.core.$ZodError) return false;
    throw error;
  }
}

/** The items of an entry as the schemas know them; items too many have no place there. */
function fieldsOf(items: readonly unknown[]): unknown {
  const [kind, offset, ...rest] = items.map((item) =>
    typeof item === 'bigint' ? Number(item) : item,
  );
  if (kind === 0) {
    const [receivedAt, payload, channel, ...pattern] = rest;
    const fields = { kind: 'message', offset, receivedAt, payload, channel };
    return pattern.length === 0 ? fields : { ...fields, pattern: pattern[0] };
  }
  const [reason, from, to, count] = rest;
  return { kind: kind === 1 ? 'gap' : kind, offset, reason, from, to, count };
}

/** Items of which most are right; each may be anything that CBOR carries. */
function itemsArbitrary(): fc.Arbitrary<unknown[]> {
  const odd = fc.oneof(
    fc.constantFrom<unknown>(null, true, false, '', '0-0', 'x'.repeat(100), 'x'.repeat(101)),
    fc.constantFrom<unknown>(
      -1,
      -0,
      0.5,
      NaN,
      Infinity,
      8.64e15,
      8.64e15 + 1,
      2 ** 53 - 1,
      2 ** 53,
    ),
    fc.constantFrom<unknown>([], [1], {}, Buffer.alloc(0), '1-01', '99999999999999999999-1'),
    fc.double(),
    fc.bigInt({ min: -(2n ** 64n) + 1n, max: 2n ** 64n - 1n }),
    fc.string({ unit: 'binary' }),
  );
  const or = (right: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
    fc.oneof({ weight: 9, arbitrary: right }, { weight: 1, arbitrary: odd });
  const text = or(fc.string());
  const time = or(timeArbitrary());
  const offset = or(offsetArbitrary());
  const payload = or(payloadArbitrary());
  const unknown = or(fc.constant(null));
  return fc.oneof(
    fc.tuple(or(fc.constant(0)), offset, time, payload, text),
    fc.tuple(or(fc.constant(0)), offset, time, payload, text, text),
    fc.tuple(
      or(fc.constant(1)),
      offset,
      text,
      fc.oneof(time, unknown),
      fc.oneof(time, unknown),
      or(fc.nat()),
    ),
  );
}

function timeArbitrary(): fc.Arbitrary<number> {
  return fc.oneof(fc.integer({ min: 0, max: 8.64e15 }), fc.constantFrom(0, 2 ** 32, 8.64e15));
}

function offsetArbitrary(): fc.Arbitrary<string> {
  return fc.stringMatching(OFFSET_PATTERN);
}

function payloadArbitrary(): fc.Arbitrary<Uint8Array> {
  const sizes = fc.constantFrom(0, 23, 24, 255, 256, 4096, 65535, 65536);
  return fc.oneof(
    { weight: 9, arbitrary: fc.uint8Array({ maxLength: 300 }) },
    { weight: 1, arbitrary: sizes.map((size) => new Uint8Array(size).fill(0x9f)) },
  );
}

function deliverArbitrary(): fc.Arbitrary<Deliver> {
  const offset = offsetArbitrary();
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('ä', '😀', '\0', 'a'), maxLength: 400, size: 'max' }),
    fc.constant('\uFEFFtest_websocket'),
  );
  const time = timeArbitrary();
  const unknown = fc.constant(null);
  const bare = { kind: fc.constant('message' as const), offset, channel: text, receivedAt: time };
  const entry: fc.Arbitrary<Entry> = fc.oneof(
    fc.record({ ...bare, payload: payloadArbitrary() }),
    fc.record({ ...bare, payload: payloadArbitrary(), pattern: text }),
    fc.record({
      kind: fc.constant('gap' as const),
      offset,
      reason: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
      from: fc.oneof(time, unknown),
      to: fc.oneof(time, unknown),
      count: fc.oneof(fc.maxSafeNat(), unknown),
    }),
  );
  return fc.record({ after: offset, entries: fc.array(entry, { minLength: 1, maxLength: 20 }) });
}
