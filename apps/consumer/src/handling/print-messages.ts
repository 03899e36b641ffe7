import type { Writable } from 'node:stream';
import { describeGap, describeStart, formatMessage, jsonGap, type OutputFormat } from './format.js';
import type { Gap, Start } from './gap.js';
import type { Message } from './message.js';
import type { MessageHandler } from './message-handler.js';

const ALARM = '\u001b[1;37;41m';
const CALM = '\u001b[0m';

/** Where it prints, and whether a person sees it there in colours. */
type Output = Writable & { readonly isTTY?: boolean };

/** Prints every message on stdout, and every gap. The example of a handler: write your own beside it. */
export class PrintMessages implements MessageHandler {
  constructor(
    private readonly format: OutputFormat,
    private readonly stdout: Output = process.stdout,
    private readonly stderr: Output = process.stderr,
  ) {}

  handle(message: Message): void | Promise<void> {
    return print(this.stdout, formatMessage[this.format](message));
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

/**
 * Done when the system has the bytes: what still waits in this process, because whoever reads is slower
 * than what comes, would be lost with it.
 */
function print(output: Output, text: string | Uint8Array): void | Promise<void> {
  let onWritten: ((error?: Error | null) => void) | undefined;
  output.write(text, (error) => onWritten?.(error));
  if (output.writableLength === 0) return undefined;
  return new Promise((resolve, reject) => {
    onWritten = (error) => {
      if (error) reject(error);
      else resolve();
    };
  });
}
