import { appendFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { randomisedExponentialBackoff } from '@relay/delivery';
import { EventLog, StartError, Tally } from '@relay/runtime';
import { type Output, print, outputTo } from './file-output.js';
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

/** Hears of each dead letter, before it is written down. It must not throw. */
export type DeadLetterListener = (message: Message, refusal: Refusal) => void;

/** Writes down, whole, what handlers refused for good: JSON lines in a file, or on stderr without one. */
export class DeadLetters {
  /** By the handler that refused. */
  readonly byHandler = new Tally([], MAX_HANDLERS);
  readonly #log = new EventLog('handling');
  /** Whether the file may end within a line, because its disk was full. */
  #isTorn = false;
  readonly #listeners: DeadLetterListener[] = [];

  constructor(
    private readonly file: string | undefined,
    private readonly stderr: Output = outputTo(process.stderr, 2),
    private readonly sleep: (ms: number) => Promise<unknown> = setTimeout,
  ) {}

  /** Counts for `handler` from now on, with 0. */
  expect(handler: string): void {
    this.byHandler.add(handler, 0);
  }

  /** Tells `listener` of each from now on. */
  onLetter(listener: DeadLetterListener): void {
    this.#listeners.push(listener);
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

  /**
   * Ends when the letter is written down. While it cannot be, anywhere, it is tried again and again: what
   * comes next waits, and the publisher keeps it.
   */
  async add(message: Message, refusal: Refusal): Promise<void> {
    const { handler, attempts, error } = refusal;
    const { channel, id = 'bare' } = message;
    this.byHandler.add(handler);
    for (const listener of this.#listeners) listener(message, refusal);
    const line = `${JSON.stringify(letterOf(message, refusal))}\n`;
    const words = refusalWords(handler, `a message on ${channel} (${id})`, attempts);
    this.#log.error('dead-letter', `${words}: ${error.message}; a dead letter`, {
      handler,
      channel,
      id,
      attempts,
      problem: error.message,
    });
    for (let attempt = 1; !(await this.#write(line)); attempt += 1) {
      await this.sleep(randomisedExponentialBackoff(attempt, Math.random()));
    }
  }

  /** Whether it is written down, in the file or else on stderr. */
  async #write(line: string): Promise<boolean> {
    if (this.file !== undefined) {
      try {
        await appendFile(this.file, this.#isTorn ? `\n${line}` : line);
        this.#isTorn = false;
        return true;
      } catch (cause) {
        this.#isTorn = true;
        const sentence = `cannot write to ${this.file}: ${String(cause)}; the dead letter is here`;
        this.#log.error('dead-letter-file-failed', sentence, { file: this.file });
      }
    }
    try {
      await print(this.stderr, line);
      return true;
    } catch {
      return false; // there is no place left to say it
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
    ...(attempts > 0 && error.stack !== undefined && { stack: error.stack }),
    id: id ?? null,
    channel,
    ...(pattern !== undefined && { pattern }),
    ...jsonPayload(message),
    receivedAt: receivedAt.toISOString(),
  };
}

/** A handler is not called for a payload of another shape. */
function refusalWords(handler: string, message: string, attempts: number): string {
  if (attempts === 0) return `${handler} cannot take ${message}`;
  const times = attempts === 1 ? '1 attempt' : `${attempts} attempts`;
  return `${handler} refused ${message} after ${times}`;
}
