import { type DynamicModule, Module } from '@nestjs/common';
import type { ConsumerConfig } from './consumer.config.js';
import { DeadLetters } from './handling/dead-letters.js';
import { Dispatcher } from './handling/dispatcher.js';
import { PrintMessages } from './handling/print-messages.js';
import { HealthController } from './health.controller.js';
import { MAX_ENTRY_BYTES, MAX_OUTBOXES, Reception, WINDOW } from './reception/reception.js';
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
          provide: DeadLetters,
          useFactory: () => new DeadLetters(config.deadLetterFile),
        },
        {
          provide: Dispatcher,
          inject: [DeadLetters],
          useFactory: (deadLetters: DeadLetters) =>
            // What becomes of a message: list your own handlers here.
            new Dispatcher(
              [new PrintMessages(config.output)],
              { attempts: config.handlerAttempts, timeoutMs: config.handlerTimeoutMs },
              deadLetters,
            ),
        },
        {
          provide: Reception,
          inject: [Dispatcher],
          useFactory: (dispatcher: Dispatcher) =>
            new Reception(
              {
                name: config.consumerName,
                window: WINDOW,
                maxEntryBytes: MAX_ENTRY_BYTES,
                maxOutboxes: MAX_OUTBOXES,
              },
              dispatcher,
            ),
        },
      ],
    };
  }
}
