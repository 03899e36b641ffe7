import { formatMessage, type OutputFormat } from './format-message.js';
import type { Message } from './message.js';
import type { MessageHandler } from './message-handler.js';

/** Prints every message on stdout. The example of a handler: write your own beside it. */
export class PrintMessages implements MessageHandler {
  constructor(
    private readonly format: OutputFormat,
    private readonly stdout: NodeJS.WritableStream = process.stdout,
  ) {}

  /** Waits while whoever reads stdout is slower than the messages come. */
  handle(message: Message): void | Promise<void> {
    if (this.stdout.write(formatMessage[this.format](message))) return undefined;
    return new Promise((resolve) => {
      this.stdout.once('drain', resolve);
    });
  }
}
