import { beforeEach, describe, expect, it } from '@jest/globals';
import { BEFORE_ALL, decodeBinary, type Entry } from '@relay/contracts';
import { entriesOf, MemoryOutbox, runOf } from '@relay/delivery';
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

function read(): Entry[] {
  return entriesOf(frames.read(BEFORE_ALL, LIMIT));
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
    const run = frames.read('0-1', LIMIT);
    expect(offsetsOf(frames.encode('0-1', run))).toEqual(['0-2']);
  });

  it('whose window has less room', () => {
    const run = frames.read(BEFORE_ALL, { ...LIMIT, entries: 1 });
    expect(offsetsOf(frames.encode(BEFORE_ALL, run))).toEqual(['0-1']);
  });

  it('that gets something else in the place of what was read', () => {
    const [first] = read();
    const sendable = runOf(first ? [first] : []);
    expect(offsetsOf(frames.encode(BEFORE_ALL, sendable))).toEqual(['0-1']);
  });

  it('that has forgotten what is released', () => {
    outbox.release('0-1');
    expect(read()[0]).toMatchObject({ kind: 'gap', offset: '0-1' });
  });

  it('when the outbox has grown, or dropped what was read', () => {
    append('c');
    expect(read().map(({ offset }) => offset)).toEqual(['0-1', '0-2', '0-3']);
    append('d');
    expect(read()[0]).toMatchObject({ kind: 'gap', offset: '0-1' });
  });
});
