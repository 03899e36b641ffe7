import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { ConsumerConnection } from '../delivery/consumer-connection.js';
import type { Intake } from '../delivery/outbox.js';
import { EVERY_OTHER_CHANNEL } from './redis-intake.js';

/** Where messages from Redis come in. REDIS_CHANNELS says which channels are subscribed. */
@Controller()
export class IntakeController {
  constructor(private readonly consumer: ConsumerConnection) {}

  /** `PUBLISH test_websocket hello`: on its way to the consumer, byte for byte. */
  @EventPattern(['test_websocket', EVERY_OTHER_CHANNEL])
  relay(@Payload() message: Intake): void {
    this.consumer.send(message);
  }
}
