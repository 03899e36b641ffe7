import { type DynamicModule, Module } from '@nestjs/common';
import { ConsumerConnection } from './delivery/consumer-connection.js';
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
          useFactory: () =>
            new RedisIntake({ url: config.redisUrl, channels: config.redisChannels }),
        },
        {
          provide: ConsumerConnection,
          useFactory: () =>
            new ConsumerConnection(config.consumerUrl, {
              maxMessages: config.outboxMaxMessages,
              maxBytes: config.outboxMaxBytes,
            }),
        },
      ],
    };
  }
}
