import type { OnModuleDestroy } from '@nestjs/common';
import { Redis } from 'ioredis';

const TIMEOUT_MS = 3_000;

/** A test message was not published; the message says why, in words for who looks at the page. */
export class NotPublishedError extends Error {
  readonly code = 'not-published';
  override readonly name = 'NotPublishedError';
}

/** Publishes test messages in a Redis, so that they come here through all of the chain. */
export class TestPublisher implements OnModuleDestroy {
  readonly #client: Redis;
  #connecting: Promise<void> | undefined;
  /** What the connection broke of last; ioredis tells it apart from the promise. */
  #problem: NodeJS.ErrnoException | undefined;

  /**
   * @param url `PAGE_REDIS_URL`; it is not connected to before the first message
   * @param timeoutMs how long it may take to be reached, and to answer
   */
  constructor(url: string, timeoutMs = TIMEOUT_MS) {
    this.#client = new Redis(url, {
      lazyConnect: true,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      connectTimeout: timeoutMs,
      commandTimeout: timeoutMs,
      retryStrategy: () => null, // the next message tries again
    });
    this.#client.on('error', (error: NodeJS.ErrnoException) => (this.#problem = error));
  }

  /**
   * Gives how many subscribers Redis handed it to.
   *
   * @throws NotPublishedError within some seconds when it could not be
   */
  async publish(channel: string, text: string): Promise<number> {
    this.#problem = undefined;
    try {
      if (this.#client.status !== 'ready') await this.#connect();
      return await this.#client.publish(channel, text);
    } catch (cause) {
      throw this.#notPublished(cause as NodeJS.ErrnoException);
    }
  }

  onModuleDestroy(): void {
    this.#client.disconnect();
  }

  #notPublished(cause: NodeJS.ErrnoException): NotPublishedError {
    return new NotPublishedError(sentenceOf(this.#problem ?? cause), { cause });
  }

  async #connect(): Promise<void> {
    this.#connecting ??= this.#client.connect().finally(() => {
      this.#connecting = undefined;
    });
    await this.#connecting;
  }
}

/** Redis's own words may show what is secret; its codes do not. */
function sentenceOf({ code, message }: NodeJS.ErrnoException): string {
  const [refusal] = /^(NOAUTH|WRONGPASS|NOPERM|READONLY|LOADING|OOM)\b/.exec(message) ?? [];
  if (refusal !== undefined) return `Redis (PAGE_REDIS_URL) refused it: ${refusal}.`;
  return `Redis (PAGE_REDIS_URL) does not answer${code === undefined ? '' : `: ${code}`}.`;
}
