import { Controller, Get } from '@nestjs/common';
import { ConsumerConnection } from './delivery/consumer-connection.js';
import { RedisIntake } from './intake/redis-intake.js';

interface Health {
  redis: { state: string; since: Date };
  consumer: { state: string; since: Date; waiting: number; dropped: number };
}

/** Says what is up, and since when. */
@Controller('health')
export class HealthController {
  constructor(
    private readonly intake: RedisIntake,
    private readonly connection: ConsumerConnection,
  ) {}

  @Get()
  read(): Health {
    const { intake, connection } = this;
    return {
      redis: { state: intake.state, since: intake.since },
      consumer: {
        state: connection.state,
        since: connection.since,
        waiting: connection.waiting,
        dropped: connection.dropped,
      },
    };
  }
}
