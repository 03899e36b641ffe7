import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { type MessageHandler, ServerRedis } from '@nestjs/microservices';
import { GapReason } from '@relay/contracts';
import { randomisedExponentialBackoff } from '@relay/delivery';
import { EventLog, StartError, withoutPassword } from '@relay/runtime';
import { Redis } from 'ioredis';
import { LimitsReached } from '../limits.js';
import { isPattern, mayOverlap, unsubscribeFrom } from './channels.js';
import { HandlerBatches } from './handler-batches.js';
import { HandlerLanes } from './handler-lanes.js';
import { pushConnector } from './push-connector.js';
import { redisProblem } from './redis-problem.js';
import type { SubscriptionAccount } from './subscription-account.js';

/** What is published while it waits to try again is lost. */
const LONGEST_WAIT_MS = 1_000;

/** How long a Redis that was left may take to close the connection. */
const DISCONNECT_MS = 200;

export interface RedisIntakeOptions {
  readonly url: string;
  /** `REDIS_CA_FILE`: the only authority whose certificates of a `rediss://` are trusted. */
  readonly caFile?: string | undefined;
  /** Channel names; one with `*`, `?` or `[` is a pattern. */
  readonly channels: readonly string[];
  /** How often the subscribed connection proves its life. */
  readonly pingIntervalMs?: number;
  /** How long Redis may owe an answer before the connection counts as dead. */
  readonly answerTimeoutMs?: number;
}

type State = 'connecting' | 'subscribed' | 'refused' | 'closed';

/**
 * NestJS's Redis transport, made exact: handlers get the very bytes that were published, nothing is
 * ever published back, and `subscribed` means that every SUBSCRIBE was acknowledged on the connection
 * that is up now. Redis may be absent, restart, freeze or refuse at any time; it is tried for ever.
 */
export class RedisIntake extends ServerRedis {
  state: State = 'connecting';
  since = new Date();
  /** Connections to Redis that stood and broke. */
  reconnects = 0;
  /** Why it is not subscribed, as far as it is known. */
  problem: string | undefined;
  /** When Redis answered last, to a SUBSCRIBE or a PING, by `performance.now()`. */
  answeredAt: number | undefined;
  /** What Nest says. */
  protected override readonly logger = new Logger('intake');
  readonly #log = new EventLog('intake');
  readonly #client: Redis;
  readonly #pingIntervalMs: number;
  readonly #answerTimeoutMs: number;
  #ping: NodeJS.Timeout | undefined;
  #resubscribe: NodeJS.Timeout | undefined;
  /** Connections lost or not made since one proved healthy by answering a PING. */
  #failures = 0;
  #refusals = 0;
  /** What Redis answers from now on, it was asked behind an UNSUBSCRIBE, and proves nothing. */
  #isUnsubscribing = false;
  /** Whether a proof waits until handlers have taken in what came before it. */
  #isProofWaiting = false;
  /** Which Redis process answered last. */
  #runId: string | undefined;
  readonly #lanes: HandlerLanes;
  readonly #batches = new HandlerBatches(
    (channel, pattern) => this.#lanes.of(channel, pattern),
    () => this.state !== 'subscribed',
    (messages, error) => {
      this.account.notTaken(messages, error);
    },
  );

  constructor(
    private readonly intake: RedisIntakeOptions,
    private readonly account: SubscriptionAccount,
    reached = new LimitsReached(),
  ) {
    super({});
    this.#lanes = new HandlerLanes(reached);
    this.#pingIntervalMs = intake.pingIntervalMs ?? 5_000;
    this.#answerTimeoutMs = intake.answerTimeoutMs ?? 5_000;
    this.#client = new Redis(intake.url, {
      ...(intake.caFile !== undefined && { tls: { ca: readFileSync(intake.caFile) } }),
      Connector: pushConnector({
        message: (channel, pattern, payload) => {
          this.#batches.add(channel, pattern, payload);
        },
        read: () => this.#batches.handOn(),
      }),
      lazyConnect: true,
      autoResubscribe: false,
      autoResendUnfulfilledCommands: false,
      enableOfflineQueue: false,
      maxRetriesPerRequest: null,
      connectTimeout: this.#answerTimeoutMs,
      socketTimeout: this.#answerTimeoutMs,
      disconnectTimeout: DISCONNECT_MS,
      retryStrategy: () => (this.state === 'closed' ? null : waitMs(++this.#failures)),
    });
  }

  /**
   * The longest time between two answers of a subscription that is whole: twice that of a PING and its
   * answer, since timers come late under load.
   */
  get answersWithinMs(): number {
    return 2 * (this.#pingIntervalMs + this.#answerTimeoutMs);
  }

  /** Nest would chain the handlers of a pattern, and give up those behind one that ends without a value. */
  override addHandler(pattern: string, handler: MessageHandler, isEventHandler = false): void {
    if (!isEventHandler) {
      const sentence = `@MessagePattern('${pattern}') would never be called: nobody waits for an answer to what is published; use @EventPattern('${pattern}')`;
      throw new StartError(sentence);
    }
    this.#lanes.add(this.normalizePattern(pattern), handler);
  }

  /** Begins to connect; what becomes of it shows in `state`. */
  override async listen(callback: () => void): Promise<void> {
    const client = this.#client;
    if (mayOverlap(this.intake.channels)) {
      this.#log.info(
        'subscriptions-overlap',
        'a message that two of the channels and patterns match arrives twice',
        { channels: this.intake.channels },
      );
    }
    this.#warnOfUncalled();
    client.on('ready', () => void this.#subscribe());
    client.on('error', (error: NodeJS.ErrnoException) => {
      if (this.state === 'closed') return;
      const isSilent = error.message.startsWith('Socket timeout');
      this.#broken(isSilent ? GapReason.redisSilent : GapReason.redisConnectionLost);
      this.#enter('connecting'); // the close event is still to come
      const hasAnswered = this.answeredAt !== undefined;
      this.#tell(isSilent ? 'does not answer' : redisProblem(error, this.intake.url, hasAnswered));
    });
    client.on('close', () => {
      this.#onClose();
    });
    client.on('messageBuffer', (channel: Buffer, payload: Buffer) => {
      this.#batches.add(channel.toString(), undefined, payload);
    });
    client.on('pmessageBuffer', (pattern: Buffer | string, channel: Buffer, payload: Buffer) => {
      this.#batches.add(channel.toString(), pattern.toString(), payload);
    });
    client.connect().catch(() => undefined); // the error event has told it
    callback();
    await Promise.resolve();
  }

  /** Asks Redis for no more and waits until handlers have taken in what it sent; gives up at the deadline. */
  async unsubscribe(deadline: AbortSignal): Promise<void> {
    if (deadline.aborted) return;
    const gaveUp = once(deadline, 'abort').then(() => false);
    const sentAt = Date.now();
    const isSubscribed = this.state === 'subscribed';
    this.#isUnsubscribing = true;
    const answered = isSubscribed
      ? unsubscribeFrom(this.#client, this.intake.channels).then(
          () => true,
          () => false,
        )
      : Promise.resolve(false);
    const isAnswered = await Promise.race([answered, gaveUp]);
    await nextTurn();
    const settled = this.#batches.settled()?.then(() => true) ?? true;
    const isSettled = await Promise.race([settled, gaveUp]);
    if (isAnswered && isSettled) this.account.proven(sentAt);
  }

  override async close(): Promise<void> {
    if (this.state === 'closed') return;
    this.#enter('closed');
    clearInterval(this.#ping);
    clearTimeout(this.#resubscribe);
    const { status } = this.#client;
    const isUp = status === 'connecting' || status === 'connect' || status === 'ready';
    const ended = new Promise<void>((resolve) => this.#client.once('end', resolve));
    this.#client.disconnect();
    if (isUp) await ended; // between two attempts ioredis ends without an event
    await nextTurn(); // what came last is handed on
    this.#batches.giveUp();
  }

  /** A pattern may bring any channel. */
  #warnOfUncalled(): void {
    const { channels } = this.intake;
    if (channels.some(isPattern)) return;
    for (const name of this.#lanes.names) {
      if (channels.includes(name)) continue;
      const sentence = `the handler for ${name} is never called: REDIS_CHANNELS has ${channels.join(',')}`;
      this.#log.warn('handler-uncalled', sentence, { name, channels });
    }
  }

  async #subscribe(): Promise<void> {
    const client = this.#client;
    const connection = client.stream;
    const sentAt = Date.now();
    const identified = client.info('server').then(
      (info) => {
        this.#identify(/^run_id:(\w+)/m.exec(info)?.[1]);
      },
      () => undefined, // not permitted
    );
    const results = await Promise.allSettled(
      this.intake.channels.map((channel) =>
        isPattern(channel) ? client.psubscribe(channel) : client.subscribe(channel),
      ),
    );
    const isGone = (): boolean =>
      client.stream !== connection || client.status !== 'ready' || this.state === 'closed';
    if (isGone()) return;
    const refused = results.flatMap((result, index) =>
      result.status === 'rejected'
        ? [`${this.intake.channels[index] ?? ''} (${messageOf(result.reason)})`]
        : [],
    );
    this.#keepAlive();
    await identified;
    // what came before the last channel was subscribed, maybe in one reading, is taken in before that
    if (this.#batches.areDeferred && this.intake.channels.length > 1) await nextTurn();
    if (isGone()) return;
    if (refused.length === 0) {
      this.account.subscribed(Date.now());
      this.answeredAt = performance.now();
      void this.#proveWithNextTurn(sentAt);
      this.#refusals = 0;
      this.problem = undefined;
      this.#enter('subscribed');
      const url = withoutPassword(this.intake.url);
      const { channels } = this.intake;
      this.#log.info('subscribed', `subscribed to ${channels.join(', ')} at ${url}`, {
        channels,
        url,
      });
    } else {
      this.#enter('refused');
      this.account.explained(GapReason.redisRefused);
      this.#tell(`refuses ${refused.join(', ')}`);
      this.#refusals += 1;
      this.#resubscribe = setTimeout(() => void this.#subscribe(), waitMs(this.#refusals));
    }
  }

  #identify(runId: string | undefined): void {
    if (this.#runId !== undefined && runId !== undefined && runId !== this.#runId) {
      this.account.explained(GapReason.redisRestarted);
    }
    this.#runId = runId ?? this.#runId;
  }

  /** Redis answers a PING or, by `socketTimeout`, the connection ends and another is made. */
  #keepAlive(): void {
    this.#ping ??= setInterval(() => {
      const sentAt = Date.now();
      this.#client.ping().then(
        () => {
          this.#failures = 0;
          this.answeredAt = performance.now();
          if (!this.#isUnsubscribing) void this.#proveWithNextTurn(sentAt);
        },
        () => undefined, // the close event tells it
      );
    }, this.#pingIntervalMs);
  }

  /** What came before the end is taken in with the next turn. */
  #broken(reason: GapReason): void {
    setImmediate(() => {
      this.account.broken(reason);
    });
  }

  /** What came before the answer is handed on with the next turn, and then it is for handlers to take it in. */
  async #proveWithNextTurn(at: number): Promise<void> {
    const connection = this.#client.stream;
    await nextTurn();
    const settled = this.#batches.settled();
    if (settled) {
      if (this.#isProofWaiting) return; // the next answer brings another
      this.#isProofWaiting = true;
      await settled;
      this.#isProofWaiting = false;
      if (this.#client.stream !== connection) return; // newer proofs count
    }
    this.account.proven(at);
  }

  #onClose(): void {
    clearInterval(this.#ping);
    this.#ping = undefined;
    clearTimeout(this.#resubscribe);
    if (this.state === 'closed') return;
    const wasUp = this.state !== 'connecting';
    this.#broken(GapReason.redisConnectionLost);
    this.#enter('connecting');
    if (wasUp) this.#tell('connection closed');
  }

  #enter(state: State): void {
    if (state === this.state) return;
    if (state === 'connecting') this.reconnects += 1;
    this.state = state;
    this.since = new Date();
  }

  /** One line for each new problem, not for each attempt. */
  #tell(problem: string): void {
    if (problem === this.problem || this.state === 'closed') return;
    this.problem = problem;
    const url = withoutPassword(this.intake.url);
    const sentence = `Redis at ${url}: ${problem}; not subscribed, trying again`;
    this.#log.warn('not-subscribed', sentence, { url, problem });
  }
}

function waitMs(attempt: number): number {
  return randomisedExponentialBackoff(attempt, Math.random(), LONGEST_WAIT_MS);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
