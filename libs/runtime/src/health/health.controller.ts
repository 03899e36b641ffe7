import type { IncomingMessage, ServerResponse } from 'node:http';
import { Controller, Get, Header, Inject, Req, Res, UseGuards } from '@nestjs/common';
import { GuesserGuard, Trust } from '../access/trust.js';
import { HealthSource, type Readiness } from './health-source.js';

/** Says what is up, and since when. Strangers hear whether it is well, and no more. */
@Controller('health')
@UseGuards(GuesserGuard)
export class HealthController {
  readonly #since = new Date();

  constructor(
    @Inject(HealthSource) private readonly source: HealthSource,
    @Inject(Trust) private readonly trust: Trust,
  ) {}

  /** Every part; to strangers whether it can do its work. */
  @Get()
  @Header('Cache-Control', 'no-store')
  read(@Req() request: IncomingMessage): object {
    if (this.trust.isTrusted(request)) return this.source.read();
    return { ready: this.source.readiness().ready };
  }

  /** The process answers. What it depends on is not asked: to restart it would heal none of that. */
  @Get('live')
  @Header('Cache-Control', 'no-store')
  live(@Req() request: IncomingMessage): { live: true; since?: Date } {
    return this.trust.isTrusted(request) ? { live: true, since: this.#since } : { live: true };
  }

  /** Whether it can do its work now: 200 or 503. */
  @Get('ready')
  @Header('Cache-Control', 'no-store')
  ready(
    @Req() request: IncomingMessage,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Readiness | Pick<Readiness, 'ready'> {
    const readiness = this.source.readiness();
    response.statusCode = readiness.ready ? 200 : 503;
    return this.trust.isTrusted(request) ? readiness : { ready: readiness.ready };
  }
}
