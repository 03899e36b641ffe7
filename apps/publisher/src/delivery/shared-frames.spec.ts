import { beforeEach, describe, expect, it } from '@jest/globals';
import { BEFORE_ALL, decodeBinary } from '@relay/contracts';
import { MemoryOutbox } from '@relay/delivery';
import { SharedFrames } from './shared-frames.js';

const LIMIT = { entries: 10, bytes: 1000 };

let outbox: MemoryOutbox;
let frames: SharedFrames;

beforeEach(() => {
  outbox = new MemoryOutbox('box', { maxMessages: 3, maxBytes: 1000 });
  frames = new SharedFrames(outbox);
});

function append(...texts: string[]): void {
  for (const text of texts) {
    outbox.append({ kind: 'message', channel: 'c', payload: Buffer.from(text), receivedAt: 1 });
  }
}

function offsetsOf(frame: Uint8Array): string[] {
  const decoded = decodeBinary(frame);
  if (decoded.event !== 'deliver') throw new Error(`not a deliver, but ${decoded.event}`);
  return decoded.data.entries.map(({ offset }) => offset);
}

describe('a frame for consumers at the same place', () => {
  it('is read and encoded once', () => {
    append('a', 'b');
    const first = frames.read(BEFORE_ALL, LIMIT);
    const bytes = frames.encode(BEFORE_ALL, first);
    bytes[bytes.length - 1] = 0xff; // encoded anew, this would be gone
    const second = frames.read(BEFORE_ALL, { ...LIMIT });
    expect(second).toBe(first);
    expect(frames.encode(BEFORE_ALL, second).at(-1)).toBe(0xff);
  });
});

describe('a frame of its own goes to a consumer', () => {
  beforeEach(() => {
    append('a', 'b');
    frames.encode(BEFORE_ALL, frames.read(BEFORE_ALL, LIMIT));
  });

  it('at another place', () => {
    const entries = frames.read('0-1', LIMIT);
    expect(offsetsOf(frames.encode('0-1', entries))).toEqual(['0-2']);
  });

  it('whose window has less room', () => {
    const entries = frames.read(BEFORE_ALL, { ...LIMIT, entries: 1 });
    expect(offsetsOf(frames.encode(BEFORE_ALL, entries))).toEqual(['0-1']);
  });

  it('whose connection lets only some of what was read pass', () => {
    const [first] = frames.read(BEFORE_ALL, LIMIT);
    const fitting = first ? [first] : [];
    expect(offsetsOf(frames.encode(BEFORE_ALL, fitting))).toEqual(['0-1']);
  });

  it('that has forgotten what is released', () => {
    outbox.release('0-1');
    expect(frames.read(BEFORE_ALL, LIMIT)[0]).toMatchObject({ kind: 'gap', offset: '0-1' });
  });

  it('when the outbox has grown, or dropped what was read', () => {
    append('c');
    expect(frames.read(BEFORE_ALL, LIMIT).map(({ offset }) => offset)).toEqual([
      '0-1',
      '0-2',
      '0-3',
    ]);
    append('d');
    expect(frames.read(BEFORE_ALL, LIMIT)[0]).toMatchObject({ kind: 'gap', offset: '0-1' });
  });
});
