import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { EventLog } from './event-log.js';
import { type LogOptions, StderrLogger } from './stderr-logger.js';

const NOW = '2026-09-21T14:13:20.000Z';
/** The same where this runs; Swedish has dates as here. */
const LOCAL_NOW = `${new Intl.DateTimeFormat('sv-SE', {
  dateStyle: 'short',
  timeStyle: 'medium',
}).format(new Date(NOW))}.000`;

let written: string;
let loggers: StderrLogger[];

beforeEach(() => {
  jest.useFakeTimers({ now: new Date(NOW) });
  written = '';
  loggers = [];
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written += String(text);
    return true;
  });
  jest.spyOn(process.stdout, 'write').mockImplementation(() => {
    throw new Error('stdout carries messages and nothing else');
  });
});

afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
  process.removeAllListeners('exit');
});

function start(options: Partial<LogOptions> = {}, nodeEnv?: string): EventLog {
  const logger = new StderrLogger({ logFormat: 'auto', logLevel: 'info', ...options }, nodeEnv);
  loggers.push(logger);
  Logger.overrideLogger(logger);
  return new EventLog('delivery');
}

function lines(): string[] {
  return written.split('\n').slice(0, -1);
}

function objects(): unknown[] {
  return lines().map((line) => JSON.parse(line) as unknown);
}

describe('a line for people', () => {
  it('has the local time, the part that speaks and the sentence', () => {
    start().info('consumer-connected', 'connected to c', { consumer: 'c' });
    expect(lines()).toEqual([`${LOCAL_NOW} [delivery] connected to c`]);
  });

  it('has the level where it is not the usual one', () => {
    start().warn('consumer-lost', 'gone');
    expect(lines()).toEqual([`${LOCAL_NOW} WARN [delivery] gone`]);
  });

  it('is one line that a terminal does not obey, whatever is in it', () => {
    start().info('a', 'one\ntwo\u001b[31m\u202e');
    expect(lines()).toEqual([String.raw`${LOCAL_NOW} [delivery] one\ntwo\u001b[31m\u202e`]);
  });

  it('has the stack of a mistake behind it', () => {
    start().error('internal-error', 'oops', { error: new TypeError('a bug') });
    expect(lines()[0]).toBe(`${LOCAL_NOW} ERROR [delivery] oops`);
    expect(lines()[1]).toBe('TypeError: a bug');
    expect(lines()[2]).toMatch(/^ +at /);
  });
});

describe('a line for programs', () => {
  it('is an object with the event and what it is about', () => {
    start({ logFormat: 'json' }).warn('consumer-lost', 'gone', { url: 'ws://c', code: 4001 });
    expect(objects()).toEqual([
      {
        time: NOW,
        level: 'warn',
        context: 'delivery',
        event: 'consumer-lost',
        message: 'gone',
        url: 'ws://c',
        code: 4001,
      },
    ]);
  });

  it('calls the usual level info', () => {
    start({ logFormat: 'json' }).info('a', 'b');
    expect(objects()).toEqual([expect.objectContaining({ level: 'info' })]);
  });

  it('is one line even with the stack of a mistake', () => {
    const error = new TypeError('a bug');
    start({ logFormat: 'json' }).error('internal-error', 'oops', { error });
    expect(objects()).toEqual([
      expect.objectContaining({
        message: 'oops',
        error: { name: 'TypeError', message: 'a bug', stack: error.stack },
      }),
    ]);
  });

  it('has an event when Nest itself speaks, too', () => {
    start({ logFormat: 'json' });
    new Logger('ExceptionsHandler').error(new Error('a bug'));
    expect(objects()).toEqual([
      expect.objectContaining({
        event: 'framework',
        context: 'ExceptionsHandler',
        message: 'a bug',
      }),
    ]);
  });

  it('comes by itself in production, and not elsewhere', () => {
    start({}, 'production').info('a', 'b');
    expect(objects()).toHaveLength(1);
    start({}, 'development').info('a', 'c');
    start({ logFormat: 'pretty' }, 'production').info('a', 'd');
    expect(lines().slice(1)).toEqual([`${LOCAL_NOW} [delivery] c`, `${LOCAL_NOW} [delivery] d`]);
  });
});

describe('the level', () => {
  const all = (log: EventLog): void => {
    log.debug('a', 'debug');
    log.info('a', 'info');
    log.warn('a', 'warn');
    log.error('a', 'error');
  };

  it.each([
    ['debug', ['debug', 'info', 'warn', 'error']],
    ['info', ['info', 'warn', 'error']],
    ['warn', ['warn', 'error']],
    ['error', ['error']],
  ] as const)('%s lets through %j', (logLevel, passed) => {
    all(start({ logLevel, logFormat: 'json' }));
    expect(objects()).toEqual(passed.map((level) => expect.objectContaining({ level })));
  });

  it('tells whether frames are worth a sentence', () => {
    expect(start().isDebugging).toBe(false);
    expect(start({ logLevel: 'debug' }).isDebugging).toBe(true);
  });
});

describe('what repeats itself', () => {
  it('is written 10 times a second, and then counted', () => {
    const log = start({ logFormat: 'json' });
    for (let n = 0; n < 67; n++) log.warn('gap', `gap ${n}`, { n });
    expect(lines()).toHaveLength(10);
    jest.advanceTimersByTime(1000);
    expect(objects().slice(10)).toEqual([
      {
        time: '2026-09-21T14:13:21.000Z',
        level: 'warn',
        context: 'delivery',
        event: 'gap',
        message: '57 more like this: gap',
        repeated: 57,
      },
    ]);
  });

  it('does not keep other events quiet', () => {
    const log = start();
    for (let n = 0; n < 20; n++) log.warn('gap', 'gap');
    log.warn('outbox-full', 'outbox full');
    expect(lines().at(-1)).toContain('outbox full');
  });

  it('is written whole with debug: frames are what is looked for', () => {
    const log = start({ logLevel: 'debug' });
    for (let n = 0; n < 20; n++) log.debug('frame-sent', 'sent');
    expect(lines()).toHaveLength(20);
  });

  it('is written whole where somebody else than the apps tells of something usual', () => {
    start();
    const log = new Logger('StoreOrders');
    for (let n = 0; n < 20; n++) log.log(`stored ${n}`);
    expect(lines()).toHaveLength(20);
    for (let n = 0; n < 20; n++) log.warn(`did not store ${n}`);
    expect(lines()).toHaveLength(30);
  });

  it('is told when the process ends before the second is over', () => {
    const log = start();
    for (let n = 0; n < 12; n++) log.warn('gap', 'gap');
    loggers[0]?.flush();
    expect(lines().at(-1)).toContain('2 more like this: gap');
  });
});

it('says nothing of how Nest wires itself', () => {
  start();
  new Logger('InstanceLoader').log('AppModule dependencies initialized');
  expect(written).toBe('');
});
