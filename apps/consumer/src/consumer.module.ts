import { type DynamicModule, Module } from '@nestjs/common';
import type { ConsumerConfig } from './consumer.config.js';
import { Dispatcher } from './handling/dispatcher.js';
import { PrintMessages } from './handling/print-messages.js';
import { HealthController } from './health.controller.js';
import { RelayGateway } from './reception/relay.gateway.js';

@Module({})
export class ConsumerModule {
  static register(config: ConsumerConfig): DynamicModule {
    return {
      module: ConsumerModule,
      controllers: [HealthController],
      providers: [
        RelayGateway,
        {
          provide: Dispatcher,
          useFactory: () =>
            // What becomes of a message: list your own handlers here.
            new Dispatcher([new PrintMessages(config.output)]),
        },
      ],
    };
  }
}
