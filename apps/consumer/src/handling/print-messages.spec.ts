import { PassThrough } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { OutputFormat } from './format.js';
import { PrintMessages } from './print-messages.js';
import { gap, message, Recording, start } from './testing/recording.js';

interface Printed {
  stdout: string;
  stderr: string;
}

async function printed(
  format: OutputFormat,
  print: (messages: PrintMessages) => void | Promise<void>,
  isTTY = false,
): Promise<Printed> {
  const [stdout, stderr] = [new Recording(isTTY), new Recording(isTTY)];
  await print(new PrintMessages(format, stdout, stderr));
  return { stdout: stdout.text, stderr: stderr.text };
}

const printGap = (messages: PrintMessages): void | Promise<void> => messages.handleGap(gap());
const printStart = (messages: PrintMessages): void | Promise<void> => messages.handleStart(start());

describe('messages', () => {
  it.each<[OutputFormat, RegExp]>([
    ['pretty', /^\d\d:\d\d:\d\d\.\d{3} {2}test_websocket {2}hello\n$/],
    ['json', /^\{"kind":"message".*"payload":"hello".*\}\n$/],
    ['raw', /^hello\n$/],
  ])('go to stdout in %s', async (format, line) => {
    const { stdout, stderr } = await printed(format, (messages) =>
      messages.handle(message('hello')),
    );
    expect(stdout).toMatch(line);
    expect(stderr).toBe('');
  });

  it.each<[OutputFormat]>([['pretty'], ['json'], ['raw']])(
    'are the same lines when several come at once (%s)',
    async (format) => {
      const texts = ['héllo', '', 'two\nlines'].map((text) => message(text));
      const single = await printed(format, (messages) => {
        for (const each of texts) void messages.handle(each);
      });
      const atOnce = await printed(format, (messages) => {
        expect(messages.handleAhead(texts)).toBe(3);
      });
      expect(atOnce).toEqual(single);
    },
  );

  it('have no colours, on a terminal either', async () => {
    const print = (messages: PrintMessages): void | Promise<void> => messages.handle(message('x'));
    expect((await printed('pretty', print, true)).stdout).not.toContain('\u001b');
  });
});

describe('a gap', () => {
  it('stands among the messages in pretty', async () => {
    const { stdout, stderr } = await printed('pretty', printGap);
    expect(stdout).toMatch(/^!!! GAP: messages may be missing, .*\n$/);
    expect(stderr).toBe('');
  });

  it('is an object of its own among those of json', async () => {
    const { stdout, stderr } = await printed('json', printGap, true);
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'gap', count: null, publisher: 'p' });
    expect(stderr).toBe('');
  });

  it('goes to stderr in raw, where stdout carries payloads and nothing else', async () => {
    const { stdout, stderr } = await printed('raw', printGap);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^!!! GAP: /);
  });

  it('has colours where a person looks, which end before the line does', async () => {
    const { stdout } = await printed('pretty', printGap, true);
    expect(stdout.startsWith('\u001b[')).toBe(true);
    expect(stdout.endsWith('\u001b[0m\n')).toBe(true);
    expect((await printed('raw', printGap, true)).stderr).toBe(stdout);
  });

  it.each<[OutputFormat]>([['pretty'], ['json'], ['raw']])(
    'has no colours in a pipe (%s)',
    async (format) => {
      const { stdout, stderr } = await printed(format, printGap);
      expect(stdout + stderr).not.toContain('\u001b');
    },
  );
});

describe('a beginning', () => {
  it.each<[OutputFormat]>([['pretty'], ['raw']])(
    'is said calmly beside the messages in %s',
    async (format) => {
      const { stdout, stderr } = await printed(format, printStart, true);
      expect(stdout).toBe('');
      expect(stderr).toMatch(/^begins: p is subscribed since .*\n$/);
    },
  );

  it('is an object in json', async () => {
    const { stdout, stderr } = await printed('json', printStart);
    expect(JSON.parse(stdout)).toEqual({
      kind: 'start',
      at: '1970-01-01T00:00:01.000Z',
      publisher: 'p',
    });
    expect(stderr).toBe('');
  });

  it('has null for a time that nobody knows in json', async () => {
    const { stdout } = await printed('json', (messages) => messages.handleStart(start(null)));
    expect(JSON.parse(stdout)).toMatchObject({ at: null });
  });
});

describe('a reader that is slower than what comes', () => {
  it('is waited for', async () => {
    const stdout = new PassThrough({ highWaterMark: 4 });
    const messages = new PrintMessages('raw', stdout);
    let isDone = false;
    const pending = Promise.resolve(messages.handle(message('more than fits'))).then(() => {
      isDone = true;
    });
    await setImmediate();
    expect(isDone).toBe(false);
    stdout.resume();
    await pending;
  });

  it('is waited for with several messages, too', async () => {
    const stdout = new PassThrough({ highWaterMark: 4 });
    const pending = new PrintMessages('raw', stdout).handleAhead([message('more'), message('x')]);
    expect(pending).toBeInstanceOf(Promise);
    stdout.resume();
    expect(await pending).toBe(2);
  });

  it('is not waited for while there is room', () => {
    expect(new PrintMessages('raw', new PassThrough()).handle(message('x'))).toBeUndefined();
  });
});
