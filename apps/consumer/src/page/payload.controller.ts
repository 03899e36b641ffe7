import type { IncomingMessage, ServerResponse } from 'node:http';
import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { Refusals } from '@relay/runtime';
import { refuseRequest } from '../reception/refuse.js';
import { Feed } from './feed.js';
import { PageAccess } from './page-access.js';

/** Whole payloads of what the page shows a preview of. */
@Controller('live/payloads')
export class PayloadController {
  constructor(
    private readonly feed: Feed,
    private readonly access: PageAccess,
    private readonly refusals: Refusals,
  ) {}

  @Get(':feed/:place')
  read(
    @Param('feed') feed: string,
    @Param('place') place: string,
    @Req() request: IncomingMessage,
    @Res() response: ServerResponse,
  ): void {
    response.setHeader('Cache-Control', 'no-store');
    const refusal = this.access.refusalOfStranger(request);
    if (refusal) {
      refuseRequest(response, this.refusals.refuseStranger(request, refusal));
      return;
    }
    const payload = feed === this.feed.id ? this.feed.payload(Number(place)) : undefined;
    if (payload === undefined) {
      const message = 'This payload is no longer kept, or never was.';
      refuseRequest(response, { status: 404, message });
      return;
    }
    response.writeHead(200, {
      'Content-Type': 'application/octet-stream',
      'Content-Length': payload.byteLength,
      'Content-Disposition': 'attachment; filename="payload.bin"',
    });
    response.end(payload);
  }
}
