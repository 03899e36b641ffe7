import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import type { NewMessage } from '@relay/delivery';
import { RawArguments } from '@relay/runtime';
import { Delivery } from '../delivery/delivery.js';
import { EVERY_CHANNEL } from './handler-lanes.js';
import type { IntakeContext } from './intake-context.js';

/**
 * Where messages from Redis come in. REDIS_CHANNELS says which channels are subscribed; a handler of yours for one of
 * them, in a controller of yours, gets its messages besides.
 */
@Controller()
export class IntakeController {
  constructor(private readonly delivery: Delivery) {}

  /**
   * `PUBLISH test_websocket hello`: on its way to the consumers, byte for byte, with what came beside it. The
   * payloads are views: the outbox has a copy.
   */
  @EventPattern([EVERY_CHANNEL])
  @RawArguments()
  relay(messages: readonly NewMessage[], context: IntakeContext): void {
    this.delivery.take(messages);
    context.taken();
  }
}
