import { isatty } from 'node:tty';
import { ConsoleLogger, type LogLevel } from '@nestjs/common';
import { harmless } from './harmless.js';
import { RepetitionLimit } from './repetition-limit.js';

/** What Nest says of its own wiring, which is noise to whoever runs the app. */
const WIRING = new Set([
  'InstanceLoader',
  'NestApplication',
  'NestFactory',
  'NestMicroservice',
  'RouterExplorer',
  'RoutesResolver',
  'WebSocketsController',
]);

/** Lines of one event within a second; the others are counted. */
const LINES_PER_SECOND = 10;

/** The event of what is not the apps' own: of Nest, and of those who log for themselves. */
const UNNAMED = 'framework';

/** The levels from which on lines are written, and what Nest calls them. */
const LEVELS = {
  debug: ['debug', 'log', 'warn', 'error', 'fatal'],
  info: ['log', 'warn', 'error', 'fatal'],
  warn: ['warn', 'error', 'fatal'],
  error: ['error', 'fatal'],
} satisfies Record<string, LogLevel[]>;

export interface LogOptions {
  readonly logFormat: 'auto' | 'pretty' | 'json';
  readonly logLevel: keyof typeof LEVELS;
}

type Fields = Readonly<Record<string, unknown>>;
type JsonOptions = Parameters<ConsoleLogger['printAsJson']>[1];

/**
 * Logs to stderr, so that stdout carries messages and nothing else: one line for each event, for people
 * (time, level where it is not the usual one, which part speaks, what it says) or as a JSON object. What
 * repeats itself more than 10 times a second is counted instead, but for what others than the apps themselves say
 * at the usual level.
 */
export class StderrLogger extends ConsoleLogger {
  readonly #limit = new RepetitionLimit(LINES_PER_SECOND);

  constructor(options: LogOptions, nodeEnv = process.env['NODE_ENV']) {
    const { logFormat, logLevel } = options;
    const json = logFormat === 'json' || (logFormat === 'auto' && nodeEnv === 'production');
    super({ json, logLevels: LEVELS[logLevel], colors: !json && isatty(2) });
    process.once('exit', () => {
      this.flush();
    });
  }

  /** Says what was counted instead of written, now. */
  flush(): void {
    this.#limit.flush();
  }

  override log(message: unknown, ...rest: unknown[]): void {
    if (WIRING.has(String(rest.at(-1)))) return;
    super.log(message, ...rest);
  }

  protected override printMessages(
    messages: unknown[],
    context = '',
    level: LogLevel = 'log',
    _stream?: 'stdout' | 'stderr',
    stack?: unknown,
    fields?: Fields,
  ): void {
    const print = (texts: unknown[], about: Fields | undefined): void => {
      super.printMessages(texts, context, level, 'stderr', stack, about);
    };
    const event = eventOf(fields);
    const isAdmitted =
      level === 'debug' ||
      (level === 'log' && event === UNNAMED) ||
      this.#limit.admits(`${level} ${context} ${event}`, (count) => {
        print([`${count} more like this: ${event}`], { event, repeated: count });
      });
    if (isAdmitted) print(messages, fields);
  }

  protected override printAsJson(message: unknown, options: JsonOptions): void {
    const { context, logLevel, error, errorStack, params = {} } = options;
    const fields = Object.entries({
      ...(error && { error }),
      ...(errorStack !== undefined && { stack: errorStack }),
      ...(params as Fields),
    }).map(([name, value]) => [name, value instanceof Error ? this.serializeError(value) : value]);
    const line = this.stringifyJsonLogObject({
      time: new Date().toISOString(),
      level: logLevel === 'log' ? 'info' : logLevel,
      context,
      event: eventOf(params),
      message,
      ...(Object.fromEntries(fields) as object),
    });
    process.stderr.write(`${line}\n`);
  }

  protected override formatMessage(
    logLevel: LogLevel,
    message: unknown,
    _pid: string,
    _level: string,
    context: string,
    _timeSince: string,
    fields?: Fields,
  ): string {
    const level = logLevel === 'log' ? '' : `${logLevel.toUpperCase()} `;
    const text =
      typeof message === 'string' ? harmless(message) : this.stringifyMessage(message, logLevel);
    const line = this.colorize(`${level}${context}${text}`, logLevel);
    const { error } = fields ?? {};
    const stack = error instanceof Error ? `${error.stack ?? error.message}\n` : '';
    return `${localTime(new Date())} ${line}\n${stack}`;
  }
}

function eventOf(fields: Fields | undefined): string {
  const event = fields?.['event'];
  return typeof event === 'string' ? event : UNNAMED;
}

/** `2026-09-21 16:13:20.000`, where messages that are printed beside it have `16:13:20.000`. */
function localTime(date: Date): string {
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, -1).replace('T', ' ');
}
