import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type ConsumerFrame,
  decodeFromConsumer,
  decodeFromPublisher,
  encodeControl,
  type PublisherFrame,
} from './control-frames.js';
import { InvalidFrameError } from './invalid-frame-error.js';

type Frame = PublisherFrame | ConsumerFrame;

const hello: PublisherFrame = {
  event: 'hello',
  data: {
    publisher: 'publisher',
    process: 'b7c1',
    connection: 1,
    outbox: { id: 'memory-b7c1', oldest: '0-1', next: '0-7' },
  },
};
const status: PublisherFrame = {
  event: 'status',
  data: { at: 1_790_000_000_000, subscribed: false, since: 0, waiting: 0, heardUntil: null },
};
const goodbye: PublisherFrame = {
  event: 'goodbye',
  data: { subscriptionEndedAt: 1_790_000_000_000 },
};
const welcome: ConsumerFrame = {
  event: 'welcome',
  data: {
    consumer: 'consumer',
    position: { received: '0-9', cursor: '0-4' },
    window: { entries: 8192, bytes: 8_388_608 },
    maxEntryBytes: 1_048_576,
  },
};
const ack: ConsumerFrame = { event: 'ack', data: { cursor: '1790000000000-18446744073709551615' } };

const fromPublisher: Frame[] = [hello, status, goodbye];
const fromConsumer: Frame[] = [welcome, ack];

const directions = [
  ['from a publisher', decodeFromPublisher, fromPublisher, fromConsumer],
  ['from a consumer', decodeFromConsumer, fromConsumer, fromPublisher],
] as const;

describe.each(directions)('a frame %s', (_, decode, frames, othersFrames) => {
  it.each(frames)('is read as it was written: $event', (frame) => {
    expect(decode(bytesOf(encodeControl(frame)))).toEqual(frame);
  });

  it.each(frames)('may have fields that a newer version added: $event', (frame) => {
    const newer = { ...frame, sentAt: 1, data: { ...frame.data, colour: 'blue' } };
    expect(decode(bytesOf(JSON.stringify(newer)))).toEqual(frame);
  });

  it.each(frames)('lacks none of its fields: $event', (frame) => {
    for (const field of Object.keys(frame.data)) {
      const data = { ...frame.data, [field]: undefined };
      expect(() => decode(bytesOf(JSON.stringify({ ...frame, data })))).toThrow(
        `expected ${frame.event} as the protocol has it; wrong at $.${field}: `,
      );
    }
  });

  it.each(['colour', 'unknown', '__proto__', 'constructor', 'toString'])(
    'is named, not refused, when its event is not known: %s',
    (event) => {
      expect(decode(bytesOf(`{"event":"${event}","data":{"any":1}}`))).toEqual({
        event: 'unknown',
        data: event,
      });
    },
  );

  it.each(othersFrames)('is not known when it goes the other way: $event', (frame) => {
    expect(decode(bytesOf(encodeControl(frame)))).toEqual({ event: 'unknown', data: frame.event });
  });

  it.each(['', '{', 'null', '7', '"hello"', '[]', '{}', '{"event":""}', '{"event":1,"data":1}'])(
    'is refused when it is %j',
    (text) => {
      expect(() => decode(bytesOf(text))).toThrow(InvalidFrameError);
    },
  );

  it('is refused when the name of its event is endless', () => {
    const text = JSON.stringify({ event: 'x'.repeat(201), data: null });
    expect(() => decode(bytesOf(text))).toThrow('wrong at $.event');
  });

  it('is refused when it is not UTF-8', () => {
    const bytes = Buffer.from('{"event":"\xff","data":null}', 'latin1');
    expect(() => decode(bytes)).toThrow('the frame is not JSON');
  });

  it('is a frame or refused, whatever its data are', () => {
    const event = fc.constantFrom(...frames.map((frame) => frame.event));
    fc.assert(
      fc.property(event, fc.jsonValue(), (name, data) => {
        expectFrameOrRefusal(decode, JSON.stringify({ event: name, data }));
      }),
    );
  });

  it('is a frame or refused, whatever stands in one of its places', () => {
    const places = frames.flatMap((frame) => placesOf(frame).map((path) => ({ frame, path })));
    fc.assert(
      fc.property(fc.constantFrom(...places), awkwardValue(), ({ frame, path }, value) => {
        expectFrameOrRefusal(decode, JSON.stringify(replaced(frame, path, value)));
      }),
      { numRuns: 500 },
    );
  });

  it('is a frame or refused, whatever bytes it has', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string({ unit: 'binary' })), (text) => {
        expectFrameOrRefusal(decode, text);
      }),
    );
  });
});

describe('a frame is refused', () => {
  it.each([
    [hello, 'connection', 0],
    [hello, 'connection', 1.5],
    [hello, 'publisher', ''],
    [hello, 'publisher', 'x'.repeat(201)],
    [hello, 'outbox.next', '7'],
    [hello, 'outbox.oldest', '0-01'],
    [status, 'at', -1],
    [status, 'since', 8.64e15 + 1],
    [status, 'subscribed', 'yes'],
    [status, 'waiting', -1],
    [goodbye, 'subscriptionEndedAt', '2026-01-01'],
    [welcome, 'position.cursor', null],
    [welcome, 'window.entries', 0],
    [welcome, 'window.bytes', 2 ** 53],
    [welcome, 'maxEntryBytes', 0],
    [ack, 'cursor', '0-1 '],
  ] as const)('that says where it is wrong: $0.event, $1 = $2', (frame, path, value) => {
    const decode = fromPublisher.some((other) => other === frame)
      ? decodeFromPublisher
      : decodeFromConsumer;
    const wrong = JSON.stringify(replaced(frame, ['data', ...path.split('.')], value));
    expect(() => decode(bytesOf(wrong))).toThrow(
      `expected ${frame.event} as the protocol has it; wrong at $.${path}: `,
    );
  });

  it('when deliver comes as text', () => {
    expect(() => decodeFromPublisher(bytesOf('{"event":"deliver","data":{}}'))).toThrow(
      'deliver must be a binary frame',
    );
  });
});

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** What is read is refused, or can be written and read again as the same. */
function expectFrameOrRefusal(
  decode: typeof decodeFromPublisher | typeof decodeFromConsumer,
  text: string,
): void {
  try {
    const frame = decode(bytesOf(text));
    if (frame.event === 'unknown') expect(typeof frame.data).toBe('string');
    else expect(decode(bytesOf(encodeControl(frame)))).toEqual(frame);
  } catch (error) {
    if (!(error instanceof InvalidFrameError)) throw error;
  }
}

function awkwardValue(): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.jsonValue({ maxDepth: 1 }),
    fc.constantFrom(null, '', '0-1', 0, -1, 1, 0.5, 2 ** 53, 1e300, true, 'x'.repeat(201)),
  );
}

function placesOf(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [[]];
  return [
    [],
    ...Object.entries(value).flatMap(([key, inner]) =>
      placesOf(inner).map((path) => [key, ...path]),
    ),
  ];
}

function replaced(value: unknown, [key, ...rest]: string[], by: unknown): unknown {
  if (key === undefined) return by;
  const object = value as Record<string, unknown>;
  return { ...object, [key]: replaced(object[key], rest, by) };
}
