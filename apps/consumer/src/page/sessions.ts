import { createHmac } from 'node:crypto';
import { isOneOf, type Tokens } from '@relay/runtime';

/** How long somebody stays logged in. */
export const SESSION_SECONDS = 12 * 60 * 60;

/**
 * Sessions that nobody has to remember: each says until when it lasts, and is signed with the token that
 * opened it. So it survives a restart, and ends when that token is not one of `tokens` any more.
 */
export class Sessions {
  constructor(private readonly tokens: Tokens) {}

  /**
   * @param token what was brought, and is right
   * @param now seconds since 1970
   */
  open(token: string, now: number): string {
    const until = String(Math.floor(now) + SESSION_SECONDS);
    return `${until}.${signatureOf(until, token)}`;
  }

  /** Whether this is a session that was opened, and is not over. */
  stands(session: string, now: number): boolean {
    const [, until, signature] = /^(\d{1,12})\.([\w-]{43})$/.exec(session) ?? [];
    if (until === undefined || signature === undefined) return false;
    const right = (this.tokens.read() ?? []).map((token) => signatureOf(until, token));
    return isOneOf(signature, right) && Number(until) > now;
  }
}

function signatureOf(until: string, token: string): string {
  return createHmac('sha256', token)
    .update(`session of the live page until ${until}`)
    .digest('base64url');
}
