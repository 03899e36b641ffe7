import type { IncomingMessage, ServerResponse } from 'node:http';
import { Controller, Delete, Get, Post, Req, Res } from '@nestjs/common';
import { type Refusal, Refusals } from '@relay/runtime';
import { refuseRequest } from '../reception/refuse.js';
import { LogInAttempts } from './log-in-attempts.js';
import { PageAccess } from './page-access.js';

/** Log-ins at the live page. The token comes in a header, and a cookie that scripts cannot read goes back. */
@Controller('session')
export class SessionController {
  constructor(
    private readonly access: PageAccess,
    private readonly attempts: LogInAttempts,
    private readonly refusals: Refusals,
  ) {}

  @Get()
  read(
    @Req() request: IncomingMessage,
    @Res({ passthrough: true }) response: ServerResponse,
  ): object {
    response.setHeader('Cache-Control', 'no-store');
    return { access: this.access.isGranted(request) ? 'granted' : 'login' };
  }

  @Post()
  logIn(@Req() request: IncomingMessage, @Res() response: ServerResponse): void {
    const address = this.refusals.addressOf(request);
    const result =
      this.access.refusalOfOrigin(request) ??
      this.attempts.refusalOf(address, performance.now()) ??
      this.access.logIn(request);
    this.#answer(request, response, result);
  }

  @Delete()
  logOut(@Req() request: IncomingMessage, @Res() response: ServerResponse): void {
    const result = this.access.refusalOfOrigin(request) ?? this.access.logOut(request);
    this.#answer(request, response, result);
  }

  /** @param result the `Set-Cookie`, or why there is none */
  #answer(request: IncomingMessage, response: ServerResponse, result: string | Refusal): void {
    response.setHeader('Cache-Control', 'no-store');
    if (typeof result === 'string') response.writeHead(204, { 'Set-Cookie': result }).end();
    else refuseRequest(response, this.refusals.refuse(request, result));
  }
}
