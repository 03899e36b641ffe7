import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartError } from '@relay/runtime';
import { DeadLetters, type Refusal } from './dead-letters.js';
import type { Message } from './message.js';
import { bareMessage, delivered, message, Recording, recordLog } from './testing/recording.js';

const refusal: Refusal = { handler: 'Printer', attempts: 3, error: new TypeError('out of paper') };

let reports: string[];
let stderr: Recording;
let folder: string;

beforeEach(async () => {
  reports = recordLog();
  stderr = new Recording();
  folder = await mkdtemp(join(tmpdir(), 'relay-dead-letters-'));
});

afterEach(async () => {
  jest.useRealTimers();
  await rm(folder, { recursive: true });
});

async function letterOf(refused: Message): Promise<unknown> {
  await new DeadLetters(undefined, stderr).add(refused, refusal);
  return JSON.parse(stderr.text);
}

describe('a dead letter', () => {
  it('is the whole message, who refused it and why, in one line', async () => {
    jest.useFakeTimers({ now: Date.UTC(2026, 0, 2) });
    const refused = delivered(
      { channel: 'news', payload: Buffer.from('a\n"b"'), receivedAt: 7, pattern: 'new*' },
      9,
    );
    expect(await letterOf(refused)).toEqual({
      kind: 'dead-letter',
      at: '2026-01-02T00:00:00.000Z',
      handler: 'Printer',
      attempts: 3,
      error: 'TypeError: out of paper',
      stack: refusal.error.stack,
      id: 'box/0-9',
      channel: 'news',
      pattern: 'new*',
      payload: 'a\n"b"',
      receivedAt: '1970-01-01T00:00:00.007Z',
    });
    expect(stderr.text.indexOf('\n')).toBe(stderr.text.length - 1);
  });

  it('has no stack where no handler was called', async () => {
    const deadLetters = new DeadLetters(undefined, stderr);
    await deadLetters.add(message('x'), { ...refusal, attempts: 0 });
    expect(stderr.text).toContain('out of paper');
    expect(stderr.text).not.toContain('stack');
  });

  it('has bytes that are no text in base64, and says so', async () => {
    const letter = await letterOf(message(Buffer.from([0xff, 0x00])));
    expect(letter).toMatchObject({ payload: '/wA=', encoding: 'base64' });
  });

  it('has no encoding for text, and no pattern where none matched', async () => {
    const letter = await letterOf(message('hello'));
    expect(letter).not.toHaveProperty('encoding');
    expect(letter).not.toHaveProperty('pattern');
  });

  it('has null as the id of a bare message', async () => {
    expect(await letterOf(bareMessage('hello'))).toMatchObject({ id: null });
  });

  it('is logged and counted', async () => {
    const deadLetters = new DeadLetters(undefined, stderr);
    await deadLetters.add(message('a'), refusal);
    await deadLetters.add(bareMessage('b'), { ...refusal, attempts: 0 });
    await deadLetters.add(message('c'), { ...refusal, attempts: 1 });
    expect(deadLetters.count).toBe(3);
    expect(reports).toEqual([
      expect.stringMatching(
        /Printer refused.*test_websocket \(box\/0-1\) after 3 attempts.*out of paper/,
      ),
      expect.stringContaining('Printer cannot take a message on test_websocket (bare)'),
      expect.stringContaining('after 1 attempt:'),
    ]);
  });

  it('never writes the payload into the log', async () => {
    await letterOf(message('secret'));
    expect(reports.join()).not.toContain('secret');
  });
});

describe('DEAD_LETTER_FILE', () => {
  it('gets a line for each, behind what it held before', async () => {
    const file = join(folder, 'letters.jsonl');
    for (const text of ['a', 'b']) {
      await new DeadLetters(file, stderr).add(message(text), refusal);
    }
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({ payload: 'a' }),
      expect.objectContaining({ payload: 'b' }),
    ]);
    expect(stderr.text).toBe('');
  });

  it('is made when it is not there yet, so that it is seen before the first dead letter', async () => {
    const file = join(folder, 'letters.jsonl');
    await new DeadLetters(file, stderr).prepare();
    expect(await readFile(file, 'utf8')).toBe('');
  });

  it('stops the start with a sentence when it cannot be written', async () => {
    const file = join(folder, 'missing', 'letters.jsonl');
    const starting = new DeadLetters(file, stderr).prepare();
    await expect(starting).rejects.toThrow(StartError);
    await expect(starting).rejects.toThrow(
      `DEAD_LETTER_FILE ${file} cannot be written (ENOENT): name a file in a folder that exists.`,
    );
  });

  it('is not needed', async () => {
    await expect(new DeadLetters(undefined, stderr).prepare()).resolves.toBeUndefined();
  });

  it('loses nothing when it can be written no longer: the dead letter goes to stderr', async () => {
    const file = join(folder, 'gone', 'letters.jsonl');
    await new DeadLetters(file, stderr).add(message('hello'), refusal);
    expect(JSON.parse(stderr.text)).toMatchObject({ kind: 'dead-letter', payload: 'hello' });
    expect(reports[1]).toContain(`cannot write to ${file}`);
  });
});

describe('a dead letter that can be written nowhere', () => {
  it('is tried again, with everything behind it waiting, until there is room', async () => {
    const full = new Error('ENOSPC: no space left on device');
    let failures = 3;
    let written = '';
    const disk = {
      writableLength: 0,
      write(text: string | Uint8Array, onWritten: (error?: Error) => void): void {
        failures -= 1;
        if (failures >= 0) {
          onWritten(full);
          return;
        }
        written += Buffer.from(text).toString();
        onWritten();
      },
    };
    const waits: number[] = [];
    const sleep = (ms: number): Promise<void> => {
      waits.push(ms);
      return Promise.resolve();
    };
    const file = join(folder, 'gone', 'letters.jsonl');
    await new DeadLetters(file, disk, sleep).add(message('hello'), refusal);
    expect(waits).toHaveLength(3);
    expect(JSON.parse(written)).toMatchObject({ payload: 'hello' });
  });
});
