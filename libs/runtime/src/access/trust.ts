import type { IncomingMessage, ServerResponse } from 'node:http';
import { type CanActivate, type ExecutionContext, HttpException, Injectable } from '@nestjs/common';
import { isLocal } from './local-request.js';
import type { Refusal } from './refusal.js';
import { Refusals } from './refusals.js';
import { Tokens } from './tokens.js';

/** What decides who may see more than whether an app is well. */
export interface TrustOptions {
  /** `METRICS_PUBLIC` */
  readonly isPublic: boolean;
  /** Whether a proxy stands at this address (`TRUST_PROXY`): what it passes on is not of this machine. */
  readonly isProxy?: ((address: string) => boolean) | undefined;
}

type Standing = 'trusted' | 'stranger' | 'guesser' | 'unknown';

/** Who may see more than whether the app is well. */
export class Trust {
  /** Each request is judged once, however many ask. */
  readonly #standings = new WeakMap<IncomingMessage, Standing>();

  constructor(
    private readonly tokens: Tokens,
    private readonly refusals: Refusals,
    private readonly options: TrustOptions,
  ) {}

  /** Whether the request comes from this machine or brings a token, or everybody may see everything. */
  isTrusted(request: IncomingMessage): boolean {
    return this.#standingOf(request) === 'trusted';
  }

  /** Why whoever is not trusted does not see what only the trusted may; undefined for these. */
  refusalOf(request: IncomingMessage): Refusal | undefined {
    switch (this.#standingOf(request)) {
      case 'trusted':
        return undefined;
      case 'unknown':
        return this.refusals.refuseStranger(request, {
          status: 503,
          message: 'The RELAY_TOKEN_FILE cannot be read here.',
        });
      default:
        return this.refusals.refuseStranger(request, {
          status: 401,
          message:
            'Send one of RELAY_TOKEN as "Authorization: Bearer …", or set METRICS_PUBLIC=true here.',
        });
    }
  }

  /**
   * The same where strangers see something, too: they are not refused, but who brings wrong tokens is counted
   * all the same, and refused when that happens too often.
   */
  refusalOfGuesser(request: IncomingMessage): Refusal | undefined {
    if (this.#standingOf(request) !== 'guesser') return undefined;
    const refusal = this.refusalOf(request);
    return refusal?.status === 401 ? undefined : refusal;
  }

  #standingOf(request: IncomingMessage): Standing {
    const known = this.#standings.get(request);
    if (known) return known;
    const standing = this.#judge(request);
    this.#standings.set(request, standing);
    return standing;
  }

  #judge(request: IncomingMessage): Standing {
    if (this.options.isPublic || this.#isFromHere(request)) return 'trusted';
    switch (this.tokens.judge(request.headers.authorization)) {
      case 'accepted':
        return 'trusted';
      case 'missing':
        return 'stranger';
      case 'wrong':
        return 'guesser';
      case 'unknown':
        return 'unknown';
    }
  }

  /** Where there is no token, nothing else would let anybody see. */
  #isFromHere(request: IncomingMessage): boolean {
    const { isProxy = () => false } = this.options;
    const { remoteAddress = '' } = request.socket;
    return isLocal(request) && !(this.tokens.areSet && isProxy(remoteAddress));
  }
}

/** Nest's guard for what strangers may not see: `@UseGuards(TrustedGuard)`. They get HTTP 401. */
@Injectable()
export class TrustedGuard implements CanActivate {
  constructor(private readonly trust: Trust) {}

  canActivate(context: ExecutionContext): boolean {
    return passes(context, (request) => this.trust.refusalOf(request));
  }
}

/** Nest's guard for what strangers see less of: who brings wrong tokens too often gets HTTP 429 or 503. */
@Injectable()
export class GuesserGuard implements CanActivate {
  constructor(private readonly trust: Trust) {}

  canActivate(context: ExecutionContext): boolean {
    return passes(context, (request) => this.trust.refusalOfGuesser(request));
  }
}

/** @throws HttpException with the refusal, if there is one */
function passes(
  context: ExecutionContext,
  refusalOf: (request: IncomingMessage) => Refusal | undefined,
): true {
  const http = context.switchToHttp();
  const refusal = refusalOf(http.getRequest<IncomingMessage>());
  if (!refusal) return true;
  const { status, message, retryAfterSeconds } = refusal;
  const response = http.getResponse<ServerResponse>();
  if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="relay"');
  if (retryAfterSeconds !== undefined) {
    response.setHeader('Retry-After', String(retryAfterSeconds)).setHeader('Connection', 'close');
  }
  throw new HttpException(message, status);
}
