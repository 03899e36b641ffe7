import { type DynamicModule, Module } from '@nestjs/common';
import {
  accessProviders,
  HealthController,
  HealthSource,
  Lifecycle,
  Metrics,
  MetricsController,
  Tokens,
  measureLimits,
} from '@relay/runtime';
import type { ConsumerConfig } from './consumer.config.js';
import { DeadLetters } from './handling/dead-letters.js';
import { Dispatcher } from './handling/dispatcher.js';
import { PrintMessages } from './handling/print-messages.js';
import { RunClock } from './handling/run-clock.js';
import { ConsumerHealth } from './health/consumer-health.js';
import { LIMITS, LimitsReached } from './limits.js';
import { measureConsumer } from './metrics/consumer-metrics.js';
import { Feed } from './page/feed.js';
import { pageControllers, pageProviders } from './page/page-providers.js';
import { ShowOnPage } from './page/show-on-page.js';
import { Admission } from './reception/admission.js';
import { clientAddress, isTrustedProxy } from './reception/client-address.js';
import { Reception } from './reception/reception.js';
import { RelayGateway } from './reception/relay.gateway.js';

@Module({})
export class ConsumerModule {
  static register(config: ConsumerConfig): DynamicModule {
    return {
      module: ConsumerModule,
      controllers: [HealthController, MetricsController, ...(config.page ? pageControllers : [])],
      providers: [
        RelayGateway,
        ...accessProviders(config, LimitsReached, {
          addressOf: clientAddress(config.trustProxy),
          isProxy: isTrustedProxy(config.trustProxy),
        }),
        Lifecycle,
        LimitsReached,
        ...(config.page ? pageProviders(config) : []),
        {
          provide: HealthSource,
          inject: [Lifecycle, Reception, Dispatcher, DeadLetters],
          useFactory: (...parts: ConstructorParameters<typeof ConsumerHealth>) =>
            new ConsumerHealth(...parts),
        },
        {
          provide: Metrics,
          inject: [HealthSource, Reception, Dispatcher, DeadLetters, LimitsReached],
          useFactory: (
            health: HealthSource,
            reception: Reception,
            dispatcher: Dispatcher,
            deadLetters: DeadLetters,
            reached: LimitsReached,
          ) => {
            const metrics = new Metrics();
            measureConsumer(metrics, health, reception, dispatcher, deadLetters);
            measureLimits(metrics, reached);
            return metrics;
          },
        },
        {
          provide: Admission,
          inject: [Tokens],
          useFactory: (tokens: Tokens) =>
            new Admission({
              tokens,
              allowsAnyone: config.allowAnyone,
              allowedOrigins: config.allowedOrigins,
            }),
        },
        {
          provide: DeadLetters,
          useFactory: () => new DeadLetters(config.deadLetterFile),
        },
        {
          provide: Dispatcher,
          inject: [DeadLetters, { token: Feed, optional: true }],
          useFactory: (deadLetters: DeadLetters, feed?: Feed) => {
            const clock = new RunClock();
            // What becomes of a message: list your own handlers here.
            const handlers = [
              new PrintMessages(config.output),
              ...(feed ? [new ShowOnPage(feed, deadLetters, clock)] : []),
            ];
            const options = {
              attempts: config.handlerAttempts,
              timeoutMs: config.handlerTimeoutMs,
            };
            return new Dispatcher(handlers, options, deadLetters, clock);
          },
        },
        {
          provide: Reception,
          inject: [Dispatcher, LimitsReached],
          useFactory: (dispatcher: Dispatcher, reached: LimitsReached) =>
            new Reception(
              {
                name: config.consumerName,
                window: LIMITS.window,
                maxEntryBytes: config.maxEntryBytes,
                maxOutboxes: LIMITS.outboxes,
              },
              dispatcher,
              reached,
            ),
        },
      ],
    };
  }
}
