import { isatty } from 'node:tty';
import { ConsoleLogger, type LogLevel } from '@nestjs/common';

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

/**
 * Logs to stderr, so that stdout carries messages and nothing else:
 * time, level where it is not the usual one, which part speaks, what it says.
 */
export class StderrLogger extends ConsoleLogger {
  constructor() {
    super({ logLevels: ['log', 'warn', 'error', 'fatal'], colors: isatty(2) });
  }

  override log(message: unknown, ...rest: unknown[]): void {
    if (WIRING.has(String(rest.at(-1)))) return;
    super.log(message, ...rest);
  }

  protected override printMessages(
    messages: unknown[],
    context?: string,
    logLevel?: LogLevel,
  ): void {
    super.printMessages(messages, context, logLevel, 'stderr');
  }

  protected override formatMessage(
    logLevel: LogLevel,
    message: unknown,
    _pid: string,
    _level: string,
    context: string,
  ): string {
    const level = logLevel === 'log' ? '' : `${logLevel.toUpperCase()} `;
    const text = this.stringifyMessage(message, logLevel);
    const line = `${level}${context}${text}`;
    return `${new Date().toISOString()} ${this.colorize(line, logLevel)}\n`;
  }
}
