import type { ServerResponse } from 'node:http';
import { Controller, Get, Inject, Res, UseGuards } from '@nestjs/common';
import { TrustedGuard } from '../access/trust.js';
import { Metrics } from './metrics.js';

/** What Prometheus asks for. */
@Controller('metrics')
@UseGuards(TrustedGuard)
export class MetricsController {
  constructor(@Inject(Metrics) private readonly metrics: Metrics) {}

  @Get()
  async read(@Res() response: ServerResponse): Promise<void> {
    const text = await this.metrics.text();
    response.setHeader('Content-Type', this.metrics.contentType);
    response.setHeader('Cache-Control', 'no-store');
    response.end(text);
  }
}
