import { appendFile } from 'node:fs/promises';
import { EventLog, StartError, Tally } from '@relay/runtime';
import { jsonPayload } from './json-payload.js';
import type { Message } from './message.js';

/** How many handlers are counted apart. */
const MAX_HANDLERS = 100;

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
  /** By the handler that refused. */
  readonly byHandler = new Tally([], MAX_HANDLERS);
  readonly #log = new EventLog('handling');

  constructor(
    private readonly file: string | undefined,
    private readonly stderr: NodeJS.WritableStream = process.stderr,
  ) {}

  /** Counts for `handler` from now on, with 0. */
  expect(handler: string): void {
    this.byHandler.add(handler, 0);
  }

  get count(): number {
    return this.byHandler.total;
  }

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
    const { handler, attempts, error } = refusal;
    const { channel, id = 'bare' } = message;
    this.byHandler.add(handler);
    const line = `${JSON.stringify(letterOf(message, refusal))}\n`;
    this.#log.error(
      'dead-letter',
      `${handler} refused a message on ${channel} (${id}) after ${attempts} attempts: ` +
        `${error.message}; a dead letter`,
      { handler, channel, id, attempts, problem: error.message },
    );
    if (this.file === undefined) {
      this.stderr.write(line);
      return;
    }
    try {
      await appendFile(this.file, line);
    } catch (cause) {
      const sentence = `cannot write to ${this.file}: ${String(cause)}; the dead letter is here`;
      this.#log.error('dead-letter-file-failed', sentence, { file: this.file });
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
