import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CborWriter } from './cbor-writer.js';
import { decodeEntries, encodeEntries, maxEncodedBytes, writeEntry } from './encoded-entries.js';
import type { Entry } from './entries.js';

const unplaced = fc.oneof(
  fc.record({
    kind: fc.constant('message' as const),
    channel: fc.string({ unit: 'grapheme' }),
    pattern: fc.option(fc.string({ unit: 'grapheme' }), { nil: undefined }),
    payload: fc.uint8Array({ maxLength: 300 }),
    receivedAt: fc.nat(1_790_000_000_000),
  }),
  fc.record({
    kind: fc.constant('gap' as const),
    reason: fc.string({ minLength: 1, maxLength: 30 }),
    from: fc.option(fc.nat()),
    to: fc.option(fc.nat()),
    count: fc.option(fc.nat()),
  }),
);

describe('entries that are encoded one behind the other', () => {
  it('are those that were written, with the number of each as its offset', () => {
    fc.assert(
      fc.property(fc.array(unplaced), fc.maxSafeNat(), (entries, some) => {
        const first = Math.min(some, Number.MAX_SAFE_INTEGER - entries.length);
        const writer = new CborWriter();
        const sizes = entries.map((entry, index) => maxEncodedBytes(entry, first + index));
        writer.begin(sizes.reduce((sum, size) => sum + size, 0));
        for (const [index, entry] of entries.entries()) {
          const before = writer.length;
          writeEntry(writer, entry, first + index);
          expect(writer.length - before).toBeLessThanOrEqual(sizes[index] ?? 0);
        }
        const placed = entries.map((entry, index) => ({ ...entry, offset: `0-${first + index}` }));
        const decoded = decodeEntries({ count: entries.length, items: writer.written });
        expect(decoded.map(plain)).toEqual(placed.map(plain));
      }),
    );
  });

  it.each([0, 9, 10, 99, 4_294_967_295, 4_294_967_296, Number.MAX_SAFE_INTEGER])(
    'have the offset 0-%i as text',
    (number) => {
      const writer = new CborWriter();
      writer.begin(100);
      writer.numbered(Buffer.from('0-'), number);
      expect(Buffer.from(writer.written.subarray(1)).toString()).toBe(`0-${number}`);
    },
  );

  it('have the channel of each, however often it changes', () => {
    const entries = ['a', 'b', 'b', 'ö', 'a', 'a'].map((channel, index): Entry => ({
      kind: 'message',
      offset: `0-${index + 1}`,
      channel,
      payload: Buffer.from(channel),
      receivedAt: index,
    }));
    expect(decodeEntries(encodeEntries(entries)).map(plain)).toEqual(entries.map(plain));
  });
});

/** With payloads that can be compared, whatever they are views of. */
function plain(entry: object): unknown {
  return 'payload' in entry ? { ...entry, payload: [...(entry.payload as Uint8Array)] } : entry;
}
