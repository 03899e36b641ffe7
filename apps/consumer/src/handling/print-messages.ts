import { CutOffError, type Output, outputTo, print } from './file-output.js';
import { describeGap, describeStart, formatMessage, jsonGap, type OutputFormat } from './format.js';
import type { Gap, Start } from './gap.js';
import { formatLines, wholeLines } from './lines.js';
import type { Message } from './message.js';
import type { MessageHandler } from './message-handler.js';

const ALARM = '\u001b[1;37;41m';
const CALM = '\u001b[0m';

/** Prints every message on stdout, and every gap. The example of a handler: write your own beside it. */
export class PrintMessages implements MessageHandler {
  constructor(
    private readonly format: OutputFormat,
    private readonly stdout: Output = outputTo(process.stdout, 1),
    private readonly stderr: Output = outputTo(process.stderr, 2),
  ) {}

  handle(message: Message): void | Promise<void> {
    return print(this.stdout, formatMessage[this.format](message));
  }

  /** Many lines in one writing. */
  handleAhead(messages: readonly Message[]): number | Promise<number> {
    try {
      const pending = print(this.stdout, formatLines(this.format, messages));
      return pending ? pending.then(() => messages.length) : messages.length;
    } catch (error) {
      if (!(error instanceof CutOffError)) throw error;
      return wholeLines(this.format, messages, error.writtenBytes);
    }
  }

  /** Nobody can overlook it; where stdout carries bare payloads, it goes to stderr. */
  handleGap(gap: Gap): void | Promise<void> {
    if (this.format === 'json') return print(this.stdout, `${JSON.stringify(jsonGap(gap))}\n`);
    const output = this.format === 'raw' ? this.stderr : this.stdout;
    const line = `!!! GAP: ${describeGap(gap)}`;
    return print(output, `${output.isTTY ? `${ALARM}${line}${CALM}` : line}\n`);
  }

  handleStart(start: Start): void | Promise<void> {
    if (this.format === 'json') {
      const { at, origin } = start;
      const { publisher } = origin;
      const line = { kind: 'start', at: at?.toISOString() ?? null, publisher };
      return print(this.stdout, `${JSON.stringify(line)}\n`);
    }
    return print(this.stderr, `${describeStart(start)}\n`);
  }
}
