import { Controller, Get } from '@nestjs/common';
import { Delivery } from './delivery/delivery.js';
import { RedisIntake } from './intake/redis-intake.js';

interface Health {
  redis: { state: string; since: Date };
  outbox: { entries: number; bytes: number; dropped: number };
  consumers: ConsumerHealth[];
}

interface ConsumerHealth {
  url: string;
  name: string | null;
  state: string;
  since: Date;
  waiting: number;
  reconnects: number;
}

/** Says what is up, and since when. */
@Controller('health')
export class HealthController {
  constructor(
    private readonly intake: RedisIntake,
    private readonly delivery: Delivery,
  ) {}

  @Get()
  read(): Health {
    const { intake } = this;
    const { outbox, connections } = this.delivery;
    return {
      redis: { state: intake.state, since: intake.since },
      outbox: { entries: outbox.size, bytes: outbox.bytes, dropped: outbox.dropped },
      consumers: connections.map(({ shownUrl, consumer, state, since, waiting, reconnects }) => ({
        url: shownUrl,
        name: consumer ?? null,
        state,
        since,
        waiting,
        reconnects,
      })),
    };
  }
}
