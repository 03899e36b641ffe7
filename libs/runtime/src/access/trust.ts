import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type CanActivate,
  type ExecutionContext,
  Injectable,
  UnauthorizedException,
} from '@nestjs/common';
import { isLocal } from './local-request.js';
import { Tokens } from './tokens.js';

/** Who may see more than whether the app is well. */
export class Trust {
  /** @param isPublic `METRICS_PUBLIC` */
  constructor(
    private readonly tokens: Tokens,
    private readonly isPublic: boolean,
  ) {}

  /** Whether the request comes from this machine or brings a token, or everybody may see everything. */
  isTrusted(request: IncomingMessage): boolean {
    return (
      this.isPublic ||
      isLocal(request) ||
      this.tokens.judge(request.headers.authorization) === 'accepted'
    );
  }
}

/** Nest's guard for what strangers may not see: `@UseGuards(TrustedGuard)`. They get HTTP 401. */
@Injectable()
export class TrustedGuard implements CanActivate {
  constructor(private readonly trust: Trust) {}

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    if (this.trust.isTrusted(http.getRequest<IncomingMessage>())) return true;
    http.getResponse<ServerResponse>().setHeader('WWW-Authenticate', 'Bearer realm="relay"');
    throw new UnauthorizedException(
      'Send one of RELAY_TOKEN as "Authorization: Bearer …", or set METRICS_PUBLIC=true here.',
    );
  }
}
