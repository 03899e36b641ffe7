import { Controller, Get } from '@nestjs/common';

/** Says that the consumer is up, and since when. */
@Controller('health')
export class HealthController {
  readonly #since = new Date();

  @Get()
  read(): { state: 'listening'; since: Date } {
    return { state: 'listening', since: this.#since };
  }
}
