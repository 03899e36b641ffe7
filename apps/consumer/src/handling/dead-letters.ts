import { appendFile } from 'node:fs/promises';
import { Logger } from '@nestjs/common';
import { StartError } from '@relay/runtime';
import { jsonPayload } from './json-payload.js';
import type { Message } from './message.js';

/** Why a message became a dead letter. */
export interface Refusal {
  /** The name of the handler's class. */
  readonly handler: string;
  /** How often it was tried; 0 when the payload did not fit the handler's DTO. */
  readonly attempts: number;
  readonly error: Error;
}

/** Writes down, whole, what handlers refused for good: JSON lines in a file, or on stderr without one. */
export class DeadLetters {
  count = 0;
  readonly #logger = new Logger('handling');

  constructor(
    private readonly file: string | undefined,
    private readonly stderr: NodeJS.WritableStream = process.stderr,
  ) {}

  /**
   * Sees that the file can be written.
   *
   * @throws StartError when it cannot.
   */
  async prepare(): Promise<void> {
    if (this.file === undefined) return;
    try {
      await appendFile(this.file, '');
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      throw new StartError(
        `DEAD_LETTER_FILE ${this.file} cannot be written (${code ?? 'unknown error'}): name a file in a folder that exists.`,
        { cause },
      );
    }
  }

  async add(message: Message, refusal: Refusal): Promise<void> {
    this.count += 1;
    const { handler, attempts, error } = refusal;
    const line = `${JSON.stringify(letterOf(message, refusal))}\n`;
    this.#logger.error(
      `${handler} refused a message on ${message.channel} (${message.id ?? 'bare'}) ` +
        `after ${attempts} attempts: ${error.message}; a dead letter`,
    );
    if (this.file === undefined) {
      this.stderr.write(line);
      return;
    }
    try {
      await appendFile(this.file, line);
    } catch (cause) {
      this.#logger.error(`cannot write to ${this.file}: ${String(cause)}; the dead letter is here`);
      this.stderr.write(line);
    }
  }
}

function letterOf(message: Message, { handler, attempts, error }: Refusal): object {
  const { id, channel, pattern, receivedAt } = message;
  return {
    kind: 'dead-letter',
    at: new Date().toISOString(),
    handler,
    attempts,
    error: `${error.name}: ${error.message}`,
    id: id ?? null,
    channel,
    ...(pattern !== undefined && { pattern }),
    ...jsonPayload(message),
    receivedAt: receivedAt.toISOString(),
  };
}
