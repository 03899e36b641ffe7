import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  isForLocalHost,
  isForwarded,
  isLoopback,
  type Refusal,
  type Refusals,
  type Tokens,
} from '@relay/runtime';
import { refuseRequest } from './refuse.js';

export interface AdmissionOptions {
  readonly tokens: Tokens;
  /** `ALLOW_ANYONE` */
  readonly allowsAnyone: boolean;
  /** `ALLOWED_ORIGINS` */
  readonly allowedOrigins: readonly string[];
}

/**
 * Who may connect. With a token, whoever brings it; without one, only this machine, since then the address
 * is the only lock; and no web page, unless it is listed.
 */
export class Admission {
  constructor(private readonly options: AdmissionOptions) {}

  /** Why the consumer must not listen at this address, if so. */
  objectionTo(address: string): string | undefined {
    if (!this.#isOpenToLocalOnly || isLoopback(address)) return undefined;
    return (
      'Without a token the consumer listens on this machine alone: set RELAY_TOKEN or RELAY_TOKEN_FILE ' +
      '(here and at the publishers), or leave CONSUMER_HOST out. ALLOW_ANYONE=true lets anyone in.'
    );
  }

  /** Whether everybody who reaches it may connect. */
  get isOpenToAnyone(): boolean {
    return this.options.allowsAnyone && !this.options.tokens.areSet;
  }

  /** Judges any request, whatever it is for. */
  refusalOf(request: IncomingMessage): Refusal | undefined {
    if (!this.#isOpenToLocalOnly) return undefined;
    if (isForLocalHost(request) && !isForwarded(request)) return undefined;
    const reason = isForwarded(request)
      ? 'passed on by a proxy, as a header or HTTP/1.0 shows'
      : 'for a Host other than localhost, 127.0.0.1 or [::1]';
    return {
      status: 403,
      message:
        `This request is ${reason}, and no token is set, so only this machine is answered. ` +
        'Set RELAY_TOKEN at the consumer and at its publishers.',
    };
  }

  /** Judges a request to become a WebSocket. */
  refusalOfUpgrade(request: IncomingMessage): Refusal | undefined {
    return (
      this.refusalOf(request) ?? this.#refusalOfOrigin(request) ?? this.#refusalOfToken(request)
    );
  }

  get #isOpenToLocalOnly(): boolean {
    return !this.options.tokens.areSet && !this.options.allowsAnyone;
  }

  /** Only browsers send an Origin, and they send it for whatever page they show. */
  #refusalOfOrigin({ headers: { origin } }: IncomingMessage): Refusal | undefined {
    if (origin === undefined || this.options.allowedOrigins.includes(origin)) return undefined;
    const shown = JSON.stringify(origin.slice(0, 100));
    return { status: 403, message: `The origin ${shown} is not one of ALLOWED_ORIGINS.` };
  }

  #refusalOfToken({ headers: { authorization } }: IncomingMessage): Refusal | undefined {
    const { tokens } = this.options;
    if (!tokens.areSet) return undefined;
    switch (tokens.judge(authorization)) {
      case 'accepted':
        return undefined;
      case 'missing':
        return {
          status: 401,
          message: 'Send the RELAY_TOKEN of this consumer as "Authorization: Bearer …".',
        };
      case 'wrong':
        return { status: 401, message: 'This is not the RELAY_TOKEN of this consumer.' };
      case 'unknown':
        return { status: 503, message: 'The RELAY_TOKEN_FILE of this consumer cannot be read.' };
    }
  }
}

/** The middleware in front of everything that is answered over HTTP. */
export function admitRequests(admission: Admission, refusals: Refusals) {
  return (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    const refusal = admission.refusalOf(request);
    if (refusal) refuseRequest(response, refusals.refuseStranger(request, refusal));
    else next();
  };
}
