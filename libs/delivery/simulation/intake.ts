import { GapReason } from '@relay/contracts';
import type { Continuity, MemoryOutbox, NewEntry } from '../src/index.js';
import type { Clock, Timer } from './clock.js';
import type { RedisFrame } from './frames.js';
import type { Model } from './model.js';
import type { SimulatedRedis } from './redis.js';
import { BROKEN, type WireEnd } from './wire.js';

export const CHANNELS = ['a', 'b'] as const;
const PING_INTERVAL_MS = 5_000;
const ANSWER_DEADLINE_MS = 5_000;
const RECONNECT_MS = 500;

/** Redis → outbox, as a publisher does it: subscribes, asks for signs of life, keeps account of gaps. */
export class Intake {
  /** Since when every channel is subscribed, or not. */
  since: number;
  isSubscribed = false;
  #redis: WireEnd<RedisFrame> | undefined;
  #redisProcess: number | undefined;
  #subscribed = 0;
  #refused = 0;
  /** When the commands were sent that are not answered, the oldest first. */
  #asked: number[] = [];
  #deadline: Timer | undefined;
  #reconnect: Timer | undefined;
  readonly #pings: { cancel: () => void };
  #onEnded: (() => void) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly redis: SimulatedRedis,
    private readonly subscribeSpreadMs: number,
    private readonly outbox: MemoryOutbox,
    private readonly continuity: Continuity,
    private readonly model: Model,
    /** The outbox has grown, or the state of the subscription is another. */
    private readonly onChange: (what: 'appended' | 'subscription') => void,
  ) {
    this.since = clock.now;
    this.#pings = clock.every(PING_INTERVAL_MS, () => this.#ping());
    this.#connect();
  }

  /** Unsubscribes; `onEnded` once nothing more can come. */
  stop(onEnded: () => void): void {
    this.#onEnded = onEnded;
    if (!this.isSubscribed || this.#redis === undefined) {
      this.#end();
      return;
    }
    this.#ask();
    this.#redis.send({ event: 'unsubscribe' });
  }

  kill(): void {
    this.#onEnded = undefined;
    this.#end();
  }

  #connect(): void {
    const redis = this.redis.connect();
    this.#asked = [];
    this.#redis = redis;
    this.#await();
    redis.onFrame = (frame) => this.#take(redis, frame);
    redis.onClose = () => this.#lost(GapReason.redisConnectionLost);
  }

  #take(redis: WireEnd<RedisFrame>, frame: RedisFrame): void {
    const isAnswer = frame.event !== 'accepted' && frame.event !== 'message';
    const askedAt = (isAnswer ? this.#asked.shift() : undefined) ?? 0;
    if (frame.event === 'accepted') {
      if (this.#redisProcess !== undefined && this.#redisProcess !== frame.process) {
        this.continuity.explained(GapReason.redisRestarted);
      }
      this.#redisProcess = frame.process;
      this.#subscribe(redis);
    } else if (frame.event === 'subscribed') {
      this.#subscribed += 1;
      this.#onAnswered(redis, askedAt);
    } else if (frame.event === 'refused') {
      this.#refused += 1;
      this.#onAnswered(redis, askedAt);
    } else if (frame.event === 'message') {
      const { channel, payload } = frame.message;
      const receivedAt = this.clock.now;
      if (!this.isSubscribed) this.#append(this.continuity.messageBeforeSubscribed(receivedAt));
      this.#append({ kind: 'message', channel, payload, receivedAt });
    } else if (frame.event === 'pong') {
      this.#proven(askedAt);
    } else if (frame.event === 'unsubscribed') {
      this.#proven(askedAt);
      this.#end();
    }
  }

  #subscribe(redis: WireEnd<RedisFrame>): void {
    this.#subscribed = 0;
    this.#refused = 0;
    CHANNELS.forEach((channel, index) => {
      this.clock.after(index * this.subscribeSpreadMs, () => {
        if (this.#redis !== redis) return;
        this.#ask();
        redis.send({ event: 'subscribe', channel });
      });
    });
  }

  #onAnswered(redis: WireEnd<RedisFrame>, askedAt: number): void {
    if (this.#subscribed + this.#refused < CHANNELS.length) return;
    if (this.#refused === 0) {
      this.#whole(askedAt);
      return;
    }
    this.clock.cancel(this.#deadline);
    this.continuity.explained(GapReason.redisRefused);
    this.#reconnect = this.clock.after(RECONNECT_MS, () => this.#subscribe(redis));
  }

  #whole(askedAt: number): void {
    this.isSubscribed = true;
    this.since = this.clock.now;
    this.#append(this.continuity.subscribed(this.clock.now));
    this.#proven(askedAt);
    this.onChange('subscription');
  }

  #append(entry: NewEntry | undefined): void {
    if (entry === undefined) return;
    this.outbox.append(entry);
    this.model.appended(this.outbox.id, entry, this.clock.now);
    this.model.outbox(this.outbox.id).checkSize(this.outbox.size, this.outbox.bytes);
    this.onChange('appended');
  }

  #ping(): void {
    if (!this.isSubscribed || this.#deadline !== undefined) return;
    this.#ask();
    this.#redis?.send({ event: 'ping' });
  }

  #ask(): void {
    this.#asked.push(this.clock.now);
    this.#await();
  }

  #await(): void {
    this.clock.cancel(this.#deadline);
    this.#deadline = this.clock.after(ANSWER_DEADLINE_MS, () => {
      this.#redis?.close(BROKEN);
      this.#lost(GapReason.redisSilent);
    });
  }

  /** What was sent at `askedAt` was answered. */
  #proven(askedAt: number): void {
    if (this.#asked.length === 0) {
      this.clock.cancel(this.#deadline);
      this.#deadline = undefined;
    }
    this.model.outbox(this.outbox.id).answered(askedAt);
    this.continuity.proven(askedAt, this.outbox.next);
  }

  #lost(reason: string): void {
    this.#detach();
    this.continuity.broken(reason, this.clock.now);
    if (this.isSubscribed) {
      this.isSubscribed = false;
      this.since = this.clock.now;
      this.onChange('subscription');
    }
    if (this.#onEnded) this.#end();
    else this.#reconnect = this.clock.after(RECONNECT_MS, () => this.#connect());
  }

  #detach(): void {
    this.clock.cancel(this.#deadline);
    this.clock.cancel(this.#reconnect);
    this.#deadline = undefined;
    const redis = this.#redis;
    if (redis === undefined) return;
    this.#redis = undefined;
    redis.onFrame = redis.onClose = () => undefined;
    redis.close(BROKEN);
  }

  #end(): void {
    this.#detach();
    this.#pings.cancel();
    const onEnded = this.#onEnded;
    this.#onEnded = undefined;
    onEnded?.();
  }
}
