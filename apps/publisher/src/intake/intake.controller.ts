import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import type { NewMessage } from '@relay/delivery';
import { RawArguments } from '@relay/runtime';
import { Delivery } from '../delivery/delivery.js';
import type { IntakeContext } from './intake-context.js';
import { EVERY_OTHER_CHANNEL } from './redis-intake.js';

/** Where messages from Redis come in. REDIS_CHANNELS says which channels are subscribed. */
@Controller()
export class IntakeController {
  constructor(private readonly delivery: Delivery) {}

  /**
   * `PUBLISH test_websocket hello`: on its way to the consumers, byte for byte, with what came beside it. The
   * payloads are views: the outbox has a copy.
   */
  @EventPattern(['test_websocket', EVERY_OTHER_CHANNEL])
  @RawArguments()
  relay(messages: readonly NewMessage[], context: IntakeContext): void {
    this.delivery.take(messages);
    context.taken();
  }
}
