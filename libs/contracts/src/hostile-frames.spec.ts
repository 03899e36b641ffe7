import { describe, expect, it } from '@jest/globals';
import { Encoder } from 'cbor-x';
import fc from 'fast-check';
import * as z from 'zod/mini';
import { decodeBinary, encodeDeliver } from './deliver-frame.js';
import { gapEntry, messageEntry, offset } from './entries.js';
import { InvalidFrameError } from './invalid-frame-error.js';

const MEBI = 1024 * 1024;
const cbor = new Encoder({ useRecords: false, tagUint8Array: false });

/** What harms or misleads cbor-x 1.6 when nothing stands before it. */
const hostile: [string, Buffer][] = [
  ['nothing', hex('')],
  ['an array head of 2^32 - 1 items', hex('9affffffff')],
  ['an array head of 2^33 items', hex('9b0000000200000000')],
  ['a map head of 2^32 - 1 pairs', hex('baffffffff')],
  ['bytes of 2^32 - 1', hex('5affffffff')],
  ['a text of 2^32 - 1', hex('7affffffff')],
  ['bytes of 2^64 - 1', hex('5bffffffffffffffff')],
  ['array heads that each declare all that remains', headsOfAllThatRemains(64 * 1024)],
  ['a million nested arrays', Buffer.concat([Buffer.alloc(MEBI, 0x81), hex('00')])],
  ['a million nested maps', Buffer.concat([Buffer.alloc(MEBI, 0xa1), hex('00')])],
  ['a million empty arrays', Buffer.concat([hex('9a00100000'), Buffer.alloc(MEBI, 0x80)])],
  ['a million empty maps', Buffer.concat([hex('9a00100000'), Buffer.alloc(MEBI, 0xa0)])],
  ['a million empty payloads', Buffer.concat([hex('9a00100000'), Buffer.alloc(MEBI, 0x40)])],
  ['an array without end', Buffer.concat([hex('9f'), Buffer.alloc(MEBI)])],
  ['an array of indefinite length', hex('9f00ff')],
  ['a map of indefinite length', hex('bf6100ff')],
  ['a text of indefinite length', hex('7f6161ff')],
  ['bytes of indefinite length', hex('5f4161ff')],
  ['a break', hex('ff')],
  ['a break in an array', hex('81ff')],
  ['a map', hex('a1616101')],
  [
    'a map with the key __proto__',
    Buffer.concat([hex('a169'), Buffer.from('__proto__'), hex('a0')]),
  ],
  ['true', hex('f5')],
  ['undefined', hex('f7')],
  ['a simple value', hex('e0')],
  ['a simple value of two bytes', hex('f8ff')],
  ['NaN', hex('f97e00')],
  ['Infinity', hex('fb7ff0000000000000')],
  ['a negative integer that cbor-x reads as positive', hex('3b0000000180000000')],
  ['reserved lengths', hex('1c')],
  ['a date', hex('c100')],
  ['a bignum', hex('c248ffffffffffffffff')],
  ['a bignum of 256 kB', Buffer.concat([hex('c25a00040000'), Buffer.alloc(256 * 1024, 255)])],
  ['a RegExp', hex('d81b82665265674578706528612b292b')],
  ['a set', hex('d901028101')],
  ['a typed array', hex('d84041aa')],
  ['an unknown tag', hex('d903e701')],
  ['a tag of 64 bits', hex('db000000000000000200')],
  ['a self-described value', hex('d9d9f700')],
  ['a record', hex('d9dfff8319e00081616101')],
  ['a cycle of shared references', hex('d81c81d81d00')],
  ['a packed table that doubles 40 times', packedTables(40)],
  ['a bundle of strings that is read again and again', stringBundles()],
];

/** A hostile value in each place of a frame. */
const places: [string, (value: Buffer) => Buffer][] = [
  ['as the frame', (value) => value],
  ['as its event', (value) => Buffer.concat([hex('83'), value, hex('00'), entryHex()])],
  ['as after', (value) => inFrame(value, entryHex())],
  ['as its entries', (value) => Buffer.concat([frameHead(), value])],
  ['as an entry', (value) => inFrame(hex('63302d30'), value)],
  ['as an entry’s kind', (value) => inEntry(['85', value, '63302d31', '00', '40', '60'])],
  ['as an entry’s offset', (value) => inEntry(['85', '00', value, '00', '40', '60'])],
  ['as an entry’s time', (value) => inEntry(['85', '00', '63302d31', value, '40', '60'])],
  ['as an entry’s payload', (value) => inEntry(['85', '00', '63302d31', '00', value, '60'])],
  ['as an entry’s channel', (value) => inEntry(['85', '00', '63302d31', '00', '40', value])],
  ['behind it', (value) => Buffer.concat([inEntry([entryHex()]), hex('00'), value])],
];

describe('a frame is refused wherever in it stands', () => {
  it.each(hostile)('%s', (_, value) => {
    const accepted = places.filter(([, frameWith]) => !isRefused(frameWith(value)));
    expect(accepted.map(([place]) => place)).toEqual([]);
  });
});

describe('a binary frame', () => {
  it('is accepted when nothing in it is hostile', () => {
    expect(decodeBinary(inEntry([entryHex()])).event).toBe('deliver');
  });

  it('may be of an unknown event, whatever follows: it is not decoded', () => {
    for (const [, value] of hostile) {
      const bytes = Buffer.concat([hex('9affffffff6178'), value]);
      expect(decodeBinary(bytes)).toEqual({ event: 'unknown', data: 'x' });
    }
  });

  const valid = Buffer.from(
    encodeDeliver({
      after: '0-41',
      entries: [
        {
          kind: 'message',
          offset: '0-42',
          channel: 'news.sé',
          pattern: 'news.*',
          payload: Buffer.from([0, 0x9f, 0xff, 0x80]),
          receivedAt: 1_790_000_000_123,
        },
        { kind: 'gap', offset: '0-43', reason: 'overflow', from: 70_000, to: null, count: 300 },
      ],
    }),
  );

  it('is refused wherever it is cut off', () => {
    for (let length = 0; length < valid.length; length += 1) {
      expect(() => decodeBinary(valid.subarray(0, length))).toThrow(InvalidFrameError);
    }
  });

  it('is refused with anything behind it', () => {
    for (let byte = 0; byte < 256; byte += 1) {
      const longer = Buffer.concat([valid, Buffer.of(byte)]);
      expect(() => decodeBinary(longer)).toThrow(`should end at byte ${valid.length}`);
    }
  });

  it('is valid or refused, whichever of its bytes is another', () => {
    for (let at = 0; at < valid.length; at += 1) {
      for (let byte = 0; byte < 256; byte += 1) {
        const changed = Buffer.from(valid);
        changed[at] = byte;
        checkValidOrRefused(changed);
      }
    }
  });

  it('is valid or refused, whatever bytes it has', () => {
    const head = fc.constantFrom(hex(''), frameHead(), inFrame(hex('63302d30'), hex('85')));
    fc.assert(
      fc.property(head, fc.uint8Array({ maxLength: 200 }), (start, rest) => {
        checkValidOrRefused(Buffer.concat([start, rest]));
      }),
      { numRuns: 5000 },
    );
  });

  it('is valid or refused, whatever values are in it', () => {
    const value = fc.anything({ withBigInt: true, withMap: true, withSet: true, withDate: true });
    const entry = fc.oneof(value, fc.array(value, { minLength: 5, maxLength: 6 }));
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 3 }), (entries) => {
        checkValidOrRefused(cbor.encode(['deliver', '0-0', entries]));
      }),
      { numRuns: 2000 },
    );
  });
});

const frameSchema = z.union([
  z.object({
    event: z.literal('deliver'),
    data: z.object({
      after: offset,
      entries: z.array(z.union([messageEntry, gapEntry])).check(z.minLength(1)),
    }),
  }),
  z.object({ event: z.literal('unknown'), data: z.string().check(z.minLength(1)) }),
]);

function checkValidOrRefused(bytes: Uint8Array): void {
  if (!isRefused(bytes)) z.parse(frameSchema, decodeBinary(bytes));
}

function isRefused(bytes: Uint8Array): boolean {
  try {
    decodeBinary(bytes);
    return false;
  } catch (error) {
    if (error instanceof InvalidFrameError) return true;
    throw error;
  }
}

function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', ''), 'hex');
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function frameHead(): Buffer {
  return hex('83 67 64656c69766572 63302d30');
}

function inFrame(after: Buffer, entry: Buffer): Buffer {
  return Buffer.concat([hex('83 67 64656c69766572'), after, hex('81'), entry]);
}

function inEntry(parts: readonly (string | Buffer)[]): Buffer {
  const bytes = parts.map((part) => (typeof part === 'string' ? hex(part) : part));
  return inFrame(hex('63302d30'), Buffer.concat(bytes));
}

function entryHex(): Buffer {
  return hex('85 00 63302d31 00 40 60');
}

function headsOfAllThatRemains(size: number): Buffer {
  const heads = Math.floor(size / 10);
  const parts = Array.from({ length: heads }, (_, n) =>
    Buffer.concat([hex('9a'), u32(size - 5 * (n + 1))]),
  );
  return Buffer.concat([...parts, Buffer.alloc(size - 5 * heads)]);
}

function packedTables(times: number): Buffer {
  let value = hex('8401020304');
  for (let n = 0; n < times; n += 1) {
    value = Buffer.concat([hex('d8338481'), value, hex('8200e080d8e1e0')]);
  }
  return value;
}

function stringBundles(): Buffer {
  const count = 20_000;
  const end = 5 + count * 10;
  const items = Array.from({ length: count }, (_, n) =>
    Buffer.concat([hex('d9dff9821a'), u32(end - (5 + n * 10 + 9)), hex('00')]),
  );
  const text = Buffer.alloc(300_000, 'a');
  return Buffer.concat([
    hex('9a'),
    u32(count),
    ...items,
    hex('7a'),
    u32(text.length),
    text,
    hex('60'),
  ]);
}
