import { type DynamicModule, Module } from '@nestjs/common';
import { Delivery } from './delivery/delivery.js';
import { HealthController } from './health.controller.js';
import { IntakeController } from './intake/intake.controller.js';
import { RedisIntake } from './intake/redis-intake.js';
import type { PublisherConfig } from './publisher.config.js';

@Module({})
export class PublisherModule {
  static register(config: PublisherConfig): DynamicModule {
    return {
      module: PublisherModule,
      controllers: [IntakeController, HealthController],
      providers: [
        {
          provide: RedisIntake,
          inject: [Delivery],
          useFactory: (delivery: Delivery) =>
            new RedisIntake({ url: config.redisUrl, channels: config.redisChannels }, delivery),
        },
        {
          provide: Delivery,
          useFactory: () =>
            new Delivery({
              name: config.publisherName,
              consumerUrls: config.consumerUrl,
              bounds: { maxMessages: config.outboxMaxMessages, maxBytes: config.outboxMaxBytes },
            }),
        },
      ],
    };
  }
}
