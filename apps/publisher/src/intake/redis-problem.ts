import { isCertificateProblem } from '@relay/runtime';

/** What an error means that the connection to Redis broke of, or that it was not made for. */
export function redisProblem(
  { code, message }: NodeJS.ErrnoException,
  url: string,
  hasAnswered: boolean,
): string {
  if (message.startsWith('Unknown RESP type')) return 'answers, but not as a Redis does';
  if (/^(NOAUTH|WRONGPASS)/.test(message)) {
    return `${message.split(' ', 1).join('')}: REDIS_URL needs its user and password, redis://user:password@host:port`;
  }
  if (code === undefined) return message;
  if (isCertificateProblem(code))
    return `its certificate is not trusted, see REDIS_CA_FILE (${code})`;
  return hasAnswered ? code : `${code}${hint(code, url.startsWith('rediss:'))}`;
}

/** Of one that never answered. */
function hint(code: string, isTls: boolean): string {
  if (code === 'ETIMEDOUT' && isTls) return ', rediss:// at one that does not speak TLS?';
  return code === 'ECONNRESET' && !isTls ? ', redis:// at one that speaks TLS?' : '';
}
