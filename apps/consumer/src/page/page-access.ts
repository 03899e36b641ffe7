import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { isLocal, type Refusal, type Tokens } from '@relay/runtime';
import { parseCookie, stringifySetCookie } from 'cookie';
import { SESSION_SECONDS, Sessions } from './sessions.js';

export interface PageAccessOptions {
  /** `CONSUMER_NAME`: the cookies of two consumers on one host have different names. */
  readonly name: string;
  /** `PAGE_TOKEN` */
  readonly pageTokens: Tokens;
  /** `RELAY_TOKEN`, which opens the page where there is no `PAGE_TOKEN`. */
  readonly relayTokens: Tokens;
  /** `ALLOWED_ORIGINS` */
  readonly allowedOrigins: readonly string[];
  /** Whether an address is one of `TRUST_PROXY`, whose `X-Forwarded-Proto` is believed. */
  readonly isTrustedProxy: (address: string) => boolean;
}

/** Who may look at the page. What everybody has to pass first is `Admission`. */
export class PageAccess {
  readonly #tokens: Tokens;
  readonly #sessions: Sessions;
  readonly #cookieName: string;

  constructor(private readonly options: PageAccessOptions) {
    const { name, pageTokens, relayTokens } = options;
    this.#tokens = pageTokens.areSet ? pageTokens : relayTokens;
    this.#sessions = new Sessions(this.#tokens);
    this.#cookieName = `relay-page-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
  }

  /** Whether the page may be looked at now, without logging in first. */
  isGranted(request: IncomingMessage): boolean {
    if (!this.#needsSession(request)) return true;
    const { [this.#cookieNameFor(request)]: session } = parseCookie(request.headers.cookie ?? '');
    return session !== undefined && this.#sessions.stands(session, Date.now() / 1000);
  }

  /** Judges a request to become a WebSocket. */
  refusalOfUpgrade(request: IncomingMessage): Refusal | undefined {
    return this.refusalOfOrigin(request) ?? this.refusalOfStranger(request);
  }

  /** Only browsers send an Origin: that of the page that they show. */
  refusalOfOrigin({ headers: { origin, host } }: IncomingMessage): Refusal | undefined {
    if (origin === undefined || this.options.allowedOrigins.includes(origin)) return undefined;
    if (host !== undefined && URL.parse(origin)?.host === host.toLowerCase()) return undefined;
    const shown = JSON.stringify(origin.slice(0, 100));
    return {
      status: 403,
      message: `The origin ${shown} is neither that of this page nor one of ALLOWED_ORIGINS.`,
    };
  }

  /** Why somebody has to log in first, if so. */
  refusalOfStranger(request: IncomingMessage): Refusal | undefined {
    if (this.isGranted(request)) return undefined;
    return { status: 401, message: 'Log in at the page of this consumer first.' };
  }

  /** The `Set-Cookie` for who brings a token as `Authorization`; why not, if it is not right. */
  logIn(request: IncomingMessage): string | Refusal {
    const { authorization } = request.headers;
    switch (this.#tokens.judge(authorization)) {
      case 'accepted':
        return this.#cookie(request, this.#sessions.open(bearer(authorization), Date.now() / 1000));
      case 'unknown':
        return { status: 503, message: 'The file of the token cannot be read by this consumer.' };
      case 'missing':
      case 'wrong':
        return { status: 401, message: 'This is not a token that opens this page.' };
    }
  }

  /** The `Set-Cookie` that ends a session. */
  logOut(request: IncomingMessage): string {
    return this.#cookie(request, '', 0);
  }

  /** With a `PAGE_TOKEN` everybody does, else those who are not at this machine, if there is a token at all. */
  #needsSession(request: IncomingMessage): boolean {
    const { pageTokens, relayTokens } = this.options;
    return pageTokens.areSet || (relayTokens.areSet && !isLocal(request));
  }

  #cookie(request: IncomingMessage, value: string, maxAge = SESSION_SECONDS): string {
    return stringifySetCookie({
      name: this.#cookieNameFor(request),
      value,
      maxAge,
      path: '/',
      httpOnly: true,
      sameSite: 'strict',
      secure: this.#isSecure(request),
    });
  }

  /** Browsers take a name with `__Host-` from nobody but this very host, and only over TLS. */
  #cookieNameFor(request: IncomingMessage): string {
    return this.#isSecure(request) ? `__Host-${this.#cookieName}` : this.#cookieName;
  }

  #isSecure({ socket, headers }: IncomingMessage): boolean {
    if ((socket as Partial<TLSSocket>).encrypted) return true;
    const isBehindTls = headers['x-forwarded-proto'] === 'https';
    return isBehindTls && this.options.isTrustedProxy(socket.remoteAddress ?? '');
  }
}

function bearer(authorization = ''): string {
  return authorization.trim().split(/ +/)[1] ?? '';
}
