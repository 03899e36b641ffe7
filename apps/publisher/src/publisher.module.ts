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
import { ConsumerAccess } from './delivery/consumer-access.js';
import { Delivery } from './delivery/delivery.js';
import { PublisherHealth } from './health/publisher-health.js';
import { IntakeController } from './intake/intake.controller.js';
import { RedisIntake } from './intake/redis-intake.js';
import { LimitsReached } from './limits.js';
import { measurePublisher } from './metrics/publisher-metrics.js';
import type { PublisherConfig } from './publisher.config.js';

@Module({})
export class PublisherModule {
  static register(config: PublisherConfig): DynamicModule {
    return {
      module: PublisherModule,
      controllers: [IntakeController, HealthController, MetricsController],
      providers: [
        ...accessProviders(config, LimitsReached),
        Lifecycle,
        LimitsReached,
        {
          provide: HealthSource,
          inject: [Lifecycle, RedisIntake, Delivery],
          useFactory: (lifecycle: Lifecycle, intake: RedisIntake, delivery: Delivery) =>
            new PublisherHealth(lifecycle, intake, delivery, config.readyOutboxPercent),
        },
        {
          provide: Metrics,
          inject: [HealthSource, RedisIntake, Delivery, LimitsReached],
          useFactory: (
            health: HealthSource,
            intake: RedisIntake,
            delivery: Delivery,
            reached: LimitsReached,
          ) => {
            const metrics = new Metrics();
            measurePublisher(metrics, health, intake, delivery);
            measureLimits(metrics, reached);
            return metrics;
          },
        },
        {
          provide: RedisIntake,
          inject: [Delivery, LimitsReached],
          useFactory: (delivery: Delivery, reached: LimitsReached) =>
            new RedisIntake(
              { url: config.redisUrl, channels: config.redisChannels, caFile: config.redisCaFile },
              delivery,
              reached,
            ),
        },
        {
          provide: Delivery,
          inject: [Tokens, LimitsReached],
          useFactory: (tokens: Tokens, reached: LimitsReached) =>
            new Delivery({
              reached,
              name: config.publisherName,
              channels: config.redisChannels,
              consumerUrls: config.consumerUrl,
              bounds: { maxMessages: config.outboxMaxMessages, maxBytes: config.outboxMaxBytes },
              access: new ConsumerAccess(tokens, {
                cert: config.clientCertFile,
                key: config.clientKeyFile,
                ca: config.consumerCaFile,
              }),
            }),
        },
      ],
    };
  }
}
