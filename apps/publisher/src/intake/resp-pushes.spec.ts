import { describe, expect, it } from '@jest/globals';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { MAX_PUSH_BYTES, RespPushes } from './resp-pushes.js';

interface Decoder {
  write(bytes: Buffer): void;
}
interface DecoderOptions {
  readonly onReply: (reply: unknown) => void;
  readonly onErrorReply: (error: unknown) => void;
  readonly onPush: (push: unknown) => void;
  readonly getTypeMapping: () => Record<number, unknown>;
}
/** What ioredis itself reads with. */
const { Decoder } = createRequire(import.meta.url)('ioredis/built/resp/decoder.js') as {
  Decoder: new (options: DecoderOptions) => Decoder;
};

/** What a decoder says of a stream, in order. */
function decoder(said: unknown[]): Decoder {
  return new Decoder({
    onReply: (reply) => said.push(published(reply) ?? ['reply', reply]),
    onErrorReply: (error) => said.push(['error', String(error)]),
    onPush: (push) => said.push(published(push) ?? ['push', push]),
    getTypeMapping: () => ({ 36: Buffer, 43: Buffer, 61: Buffer }),
  });
}

/** What both call a message. */
function published(value: unknown): unknown {
  if (!Array.isArray(value) || !value.every((item) => Buffer.isBuffer(item))) return undefined;
  const [kind, ...strings] = value.map((bytes) => bytes.toString('latin1'));
  if (kind === 'message' && strings.length === 2) return ['message', undefined, ...strings];
  if (kind === 'pmessage' && strings.length === 3) return ['message', ...strings];
  return undefined;
}

/** What `RespPushes` and a decoder behind it say of a stream that comes in these pieces. */
function readInPieces(pieces: readonly Buffer[]): { said: unknown[]; handedOn: Buffer } {
  const said: unknown[] = [];
  const behind = decoder(said);
  const handedOn: Buffer[] = [];
  const pushes = new RespPushes({
    message: (channel, pattern, payload) => {
      const bytes = Buffer.from(payload).toString('latin1');
      said.push(['message', latin1(pattern), latin1(channel), bytes]);
    },
    other: (bytes) => {
      handedOn.push(bytes);
      behind.write(bytes);
    },
  });
  let waiting = Buffer.alloc(0);
  for (const piece of pieces) {
    waiting = Buffer.concat([waiting, piece]);
    waiting = waiting.subarray(pushes.read(waiting));
  }
  return { said, handedOn: Buffer.concat(handedOn) };
}

function latin1(text: string | undefined): string | undefined {
  return text === undefined ? undefined : Buffer.from(text).toString('latin1');
}

function decode(stream: Buffer): unknown[] {
  const said: unknown[] = [];
  decoder(said).write(stream);
  return said;
}

/** `bytes` cut at these places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length];
  return ends.sort((a, b) => a - b).map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

function bulk(content: Uint8Array | string): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n')]);
}

function aggregate(type: string, items: readonly Buffer[], count = items.length): Buffer {
  return Buffer.concat([Buffer.from(`${type}${count}\r\n`), ...items]);
}

function message(type: '*' | '>', channel: string, payload: Uint8Array | string): Buffer {
  return aggregate(type, [bulk('message'), bulk(channel), bulk(payload)]);
}

const misleading = Buffer.concat([
  message('>', 'c', 'p'),
  Buffer.from('\r\n$-1\r\n*3\r\n$7\r\nmess'),
]);

interface Part {
  readonly bytes: Buffer;
  readonly isMessage: boolean;
}

/** Values as Redis sends them, messages among them and what looks like messages. */
function streamArbitrary(): fc.Arbitrary<Part[]> {
  const channel = fc.constantFrom('test_websocket', 'news', 'nëws', '');
  const payload = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.constant(misleading),
    fc.constantFrom('', '123', '\r\n').map((text) => Buffer.from(text)),
  );
  const type = fc.constantFrom('*' as const, '>' as const);
  const published = fc.oneof(
    fc.tuple(type, channel, payload).map((parts) => message(...parts)),
    fc
      .tuple(type, fc.constantFrom('n*', '*'), channel, payload)
      .map(([head, ...strings]) => aggregate(head, [bulk('pmessage'), ...strings.map(bulk)])),
  );
  const answer = fc
    .tuple(fc.constantFrom('subscribe', 'psubscribe', 'unsubscribe', 'message'), channel)
    .map(([kind, name]) => aggregate('>', [bulk(kind), bulk(name), Buffer.from(':1\r\n')]));
  const line = fc
    .constantFrom('+OK', ':42', ':-1', '_', '#t', ',1.5', '(12345678901234567890', '$-1', '*-1')
    .map((text) => Buffer.from(`${text}\r\n`));
  const string = fc.oneof(payload.map(bulk), fc.constant(Buffer.from('=7\r\ntxt:abc\r\n')));
  const error = fc.constantFrom('-ERR no\r\n', '!5\r\nERR x\r\n').map((text) => Buffer.from(text));
  const { value } = fc.letrec<{ value: Buffer }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      line,
      string,
      fc
        .tuple(fc.constantFrom('*', '~'), fc.array(tie('value'), { maxLength: 5 }))
        .map(([head, items]) => aggregate(head, items)),
      fc
        .array(fc.tuple(payload.map(bulk), tie('value')), { maxLength: 3 })
        .map((pairs) => aggregate('%', pairs.flat(), pairs.length)),
    ),
  }));
  const part =
    (isMessage: boolean) =>
    (bytes: Buffer): Part => ({ bytes, isMessage });
  return fc.array(
    fc.oneof(published.map(part(true)), fc.oneof(answer, value, error).map(part(false))),
    { maxLength: 12 },
  );
}

function joined(parts: readonly Part[]): Buffer {
  return Buffer.concat(parts.map(({ bytes }) => bytes));
}

describe('published messages are told from replies', () => {
  it('as ioredis does, in order, wherever the stream is cut, and none is left to it', () => {
    fc.assert(
      fc.property(streamArbitrary(), fc.array(fc.nat(), { maxLength: 12 }), (parts, places) => {
        const stream = joined(parts);
        const { said, handedOn } = readInPieces(cut(stream, places));
        expect(said).toEqual(decode(stream));
        expect(handedOn).toEqual(joined(parts.filter(({ isMessage }) => !isMessage)));
      }),
      { numRuns: 2000 },
    );
  });

  it('byte by byte', () => {
    const stream = Buffer.concat([
      Buffer.from('%1\r\n$5\r\nproto\r\n:3\r\n'),
      aggregate('>', [bulk('subscribe'), bulk('a'), Buffer.from(':1\r\n')]),
      message('>', 'a', 'first'),
      bulk(misleading),
      message('>', 'b', misleading),
      Buffer.from('+PONG\r\n'),
      message('*', 'b', ''),
    ]);
    const bytes = Array.from(stream, (byte) => Buffer.of(byte));
    expect(readInPieces(bytes).said).toEqual(decode(stream));
  });
});

describe('what is handed on', () => {
  it('is a message that is too large to wait for, and not the next one', () => {
    const large = message('>', 'c', Buffer.alloc(MAX_PUSH_BYTES, '>'));
    const { said, handedOn } = readInPieces([large, message('>', 'c', 'small')]);
    expect(handedOn).toEqual(large);
    expect(said).toHaveLength(2);
  });

  it.each(['what is no RESP', '|1\r\n', '$?\r\n', '$x\r\n', `*${'1'.repeat(30)}`])(
    'is everything from %j on, which is not understood',
    (strange) => {
      const stream = Buffer.concat([Buffer.from(strange), message('>', 'c', 'p')]);
      const { handedOn } = readUnchecked([message('>', 'c', 'p'), stream]);
      expect(handedOn).toEqual(stream);
    },
  );

  it('is never kept back for long, whatever comes', () => {
    fc.assert(
      fc.property(streamArbitrary(), fc.uint8Array({ maxLength: 200 }), (parts, noise) => {
        const { waiting } = readUnchecked([
          joined(parts),
          Buffer.from(noise),
          Buffer.alloc(MAX_PUSH_BYTES),
        ]);
        expect(waiting).toBeLessThan(MAX_PUSH_BYTES);
      }),
      { numRuns: 200 },
    );
  });
});

/** What becomes of a stream that no decoder would take. */
function readUnchecked(pieces: readonly Buffer[]): { handedOn: Buffer; waiting: number } {
  const handedOn: Buffer[] = [];
  const pushes = new RespPushes({
    message: () => undefined,
    other: (bytes) => handedOn.push(bytes),
  });
  let waiting = Buffer.alloc(0);
  for (const piece of pieces) {
    waiting = Buffer.concat([waiting, piece]);
    waiting = waiting.subarray(pushes.read(waiting));
  }
  return { handedOn: Buffer.concat(handedOn), waiting: waiting.length };
}
