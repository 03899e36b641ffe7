import { describe, expect, it } from '@jest/globals';
import { Outbox } from './outbox.js';

function message(text: string): { channel: string; payload: Buffer; receivedAt: number } {
  return { channel: 'test_websocket', payload: Buffer.from(text), receivedAt: 0 };
}

function drain(outbox: Outbox): string[] {
  const texts: string[] = [];
  for (let entry = outbox.shift(); entry; entry = outbox.shift()) {
    texts.push(Buffer.from(entry.payload).toString());
  }
  return texts;
}

describe('Outbox', () => {
  it('gives back in order what it took in, under growing offsets', () => {
    const outbox = new Outbox({ maxMessages: 10, maxBytes: 100 });
    outbox.append(message('a'));
    outbox.append(message('b'));
    expect(outbox.shift()?.offset).toBe('0-1');
    expect(outbox.shift()?.offset).toBe('0-2');
    expect(outbox.shift()).toBeUndefined();
  });

  it('drops and counts the oldest beyond its number of messages', () => {
    const outbox = new Outbox({ maxMessages: 2, maxBytes: 100 });
    for (const text of ['a', 'b', 'c']) outbox.append(message(text));
    expect(outbox.dropped).toBe(1);
    expect(drain(outbox)).toEqual(['b', 'c']);
  });

  it('drops the oldest beyond its bytes, yet holds one message of any size', () => {
    const outbox = new Outbox({ maxMessages: 10, maxBytes: 4 });
    for (const text of ['aaa', 'bb', 'cccccc']) outbox.append(message(text));
    expect(outbox.dropped).toBe(2);
    expect(drain(outbox)).toEqual(['cccccc']);
  });

  it('keeps order over many turns of filling and emptying', () => {
    const outbox = new Outbox({ maxMessages: 5000, maxBytes: 1e6 });
    const seen: string[] = [];
    for (let n = 0; n < 10_000; n++) {
      outbox.append(message(String(n)));
      if (n % 3 !== 0) seen.push(Buffer.from(outbox.shift()?.payload ?? []).toString());
    }
    seen.push(...drain(outbox));
    expect(seen).toEqual(Array.from({ length: 10_000 }, (_, n) => String(n)));
  });
});
