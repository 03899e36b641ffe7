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

/** Logs to stderr, so that stdout carries messages and nothing else. */
export class StderrLogger extends ConsoleLogger {
  constructor(app: string) {
    super({ prefix: app, logLevels: ['log', 'warn', 'error', 'fatal'] });
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

  protected override formatPid(): string {
    return `[${this.options.prefix ?? ''}] `;
  }

  protected override getTimestamp(): string {
    return new Date().toISOString();
  }
}
