import 'reflect-metadata';
import { EventEmitter, once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type INestMicroservice, type LoggerService, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NewMessage } from '@relay/delivery';
import { Delivery } from '../../delivery/delivery.js';
import { LimitsReached } from '../../limits.js';
import { IntakeController } from '../intake.controller.js';
import { RedisIntake, type RedisIntakeOptions } from '../redis-intake.js';
import type { SubscriptionAccount } from '../subscription-account.js';

@Module({})
class TestModule {}

/** Collects things, and lets a test wait until there are enough. */
export class Collected<T> {
  readonly items: T[] = [];
  readonly #events = new EventEmitter();

  add(item: T): void {
    this.items.push(item);
    this.#events.emit('item');
  }

  async atLeast(count: number): Promise<T[]> {
    while (this.items.length < count) await once(this.#events, 'item');
    return this.items;
  }

  /** The first that matches among those after the first `after`. */
  async find(matches: (item: T) => boolean, after = 0): Promise<T> {
    for (let index = after; ; index++) {
      const item = (await this.atLeast(index + 1))[index] as T;
      if (matches(item)) return item;
    }
  }
}

/** What the account of the subscription was told, and how many messages had been taken in by then. */
export interface AccountEvent {
  readonly event: 'subscribed' | 'proven' | 'broken' | 'explained' | 'notTaken';
  /** A time, a reason, or how many messages. */
  readonly detail: number | string;
  readonly takenBefore: number;
}

export function isMissing({ event }: AccountEvent): boolean {
  return event === 'notTaken';
}

/** The real intake and its controller, and all that comes of them. */
export class IntakeUnderTest {
  readonly taken = new Collected<NewMessage>();
  readonly lines = new Collected<string>();
  readonly account = new Collected<AccountEvent>();
  readonly reached = new LimitsReached();
  readonly intake: RedisIntake;
  #app: INestMicroservice | undefined;

  private constructor(url: string, options: Partial<RedisIntakeOptions>) {
    this.intake = new RedisIntake(
      {
        url,
        channels: ['test_websocket'],
        pingIntervalMs: 50,
        answerTimeoutMs: 300,
        ...options,
      },
      this.#account(),
      this.reached,
    );
  }

  static async start(
    url: string,
    options: Partial<RedisIntakeOptions> = {},
    controllers: readonly Type[] = [IntakeController],
  ): Promise<IntakeUnderTest> {
    const started = new IntakeUnderTest(url, options);
    await started.#listen(controllers);
    return started;
  }

  async close(): Promise<void> {
    await this.#app?.close();
  }

  /** What was published before is read: Redis has answered a PING that was sent later. */
  async read(): Promise<void> {
    for (let answers = 0; answers < 2; answers++) {
      // the first may be of one that was on its way
      const before = this.intake.answeredAt;
      while (this.intake.answeredAt === before) await nextTurn();
    }
  }

  subscribed(after = 0): Promise<string> {
    return this.lines.find((line) => line.startsWith('subscribed to'), after);
  }

  notSubscribed(after = 0): Promise<string> {
    return this.lines.find((line) => line.includes('not subscribed'), after);
  }

  async #listen(controllers: readonly Type[]): Promise<void> {
    const record = (line: unknown): void => {
      this.lines.add(String(line));
    };
    const logger: LoggerService = { log: record, warn: record, error: record };
    const delivery = {
      take: (messages: readonly NewMessage[]): void => {
        for (const message of messages) {
          this.taken.add({ ...message, payload: message.payload.slice() });
        }
      },
    };
    this.#app = await NestFactory.createMicroservice(
      {
        module: TestModule,
        controllers: [...controllers],
        providers: [{ provide: Delivery, useValue: delivery }],
      },
      { strategy: this.intake, logger },
    );
    await this.#app.listen();
  }

  #account(): SubscriptionAccount {
    const noting =
      (event: AccountEvent['event']) =>
      (detail: number | string): void => {
        this.account.add({ event, detail, takenBefore: this.taken.items.length });
      };
    return {
      subscribed: noting('subscribed'),
      proven: noting('proven'),
      broken: noting('broken'),
      explained: noting('explained'),
      notTaken: (messages) => {
        noting('notTaken')(messages.length);
      },
    };
  }
}
