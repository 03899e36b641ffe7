import type { Type } from '@nestjs/common';
import { RedisServer } from '@relay/testing';
import { Redis } from 'ioredis';
import type { RedisIntakeOptions } from '../redis-intake.js';
import { forgetAll } from './handlers.js';
import { IntakeUnderTest } from './intake-under-test.js';

/** A Redis, somebody who publishes there, and an intake with the handlers of a test. */
export class IntakeStage {
  readonly publisher: Redis;
  #tested: IntakeUnderTest | undefined;

  private constructor(readonly redis: RedisServer) {
    this.publisher = new Redis(redis.url);
  }

  static async open(): Promise<IntakeStage> {
    forgetAll();
    return new IntakeStage(await RedisServer.start());
  }

  /** With these for its handlers; when it settles, the subscription stands and is proven. */
  async start(
    controllers: readonly Type[],
    options?: Partial<RedisIntakeOptions>,
  ): Promise<IntakeUnderTest> {
    const tested = await IntakeUnderTest.start(this.redis.url, options, controllers);
    this.#tested = tested;
    await tested.subscribed();
    await tested.account.find(({ event }) => event === 'proven');
    return tested;
  }

  async publish(...texts: string[]): Promise<void> {
    for (const text of texts) await this.publisher.publish('test_websocket', text);
  }

  async close(): Promise<void> {
    await this.#tested?.close();
    this.publisher.disconnect();
    await this.redis.stop();
  }
}
