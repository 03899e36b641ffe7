import * as z from 'zod';

/** A TCP port as text; 0 takes a free one. */
export const port = z
  .string()
  .regex(/^\d{1,5}$/)
  .transform(Number)
  .pipe(z.number().max(65_535));

/** A whole number of at least 1 as text. */
export const positiveInteger = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number)
  .pipe(z.number().min(1));

/** A time in milliseconds that a timer can wait, as text. */
export const milliseconds = positiveInteger.pipe(z.number().max(2 ** 31 - 1));

/** Comma-separated items, each of them once, spaces around them left out. */
export function list(item: z.ZodType<string, string>): z.ZodType<string[], string> {
  return z
    .string()
    .transform((text) => [...new Set(text.split(',').map((part) => part.trim()))])
    .pipe(z.array(item));
}

/** What a service calls itself. */
export const name = z.string().regex(/^\P{Cc}{1,200}$/u);

/** Any text; without one undefined. */
export const optionalText = z.string().transform((text) => (text === '' ? undefined : text));

/** `true` or `false` as text. */
export const yesOrNo = z.enum(['true', 'false']).transform((text) => text === 'true');

/** A URL with one of `protocols` (such as `redis:`) and a host. */
export function url(...protocols: string[]): z.ZodType<string, string> {
  return z.string().refine((text) => {
    const parsed = URL.parse(text);
    return (
      parsed !== null &&
      protocols.includes(parsed.protocol) &&
      parsed.hostname !== '' &&
      parsed.hash === '' &&
      !parsed.pathname.startsWith('//') && // ws://ws://host
      isDecodable(parsed.username + parsed.password)
    );
  });
}

/**
 * The URL of a Redis that is published in and subscribed to. Channels belong to no database, so the one that it
 * may name is left out: to select it could fail. A query is refused, since the client would take it for options.
 */
export const redisUrl: z.ZodType<string, string> = url('redis:', 'rediss:')
  .refine((text) => {
    const parsed = URL.parse(text);
    return parsed !== null && /^\/?\d*$/.test(parsed.pathname) && parsed.search === '';
  })
  .transform((text) => /^[^:]*:\/\/[^/?#]*/.exec(text.trim())?.[0] ?? text);

function isDecodable(text: string): boolean {
  try {
    // the result is used: a bundler leaves out a call that it takes for pure, and what it would throw
    return decodeURIComponent(text).length >= 0;
  } catch {
    return false; // a stray %, which must be written %25
  }
}

/**
 * A URL as it may be shown: without its password and its query, which may hold one. Of what is no proper URL,
 * such as one without its scheme, everything before the host is hidden.
 */
export function withoutPassword(text: string): string {
  const shown = text
    .replace(/^([a-z][a-z\d+.-]*:\/\/[^:@/]*):.*@/is, '$1:***@')
    .replace(/\?.*$/s, '?***');
  const isProper = /^[a-z][a-z\d+.-]*:\/\/([^@/]*@)?[^@]*$/i.test(shown);
  return isProper ? shown : shown.replace(/^.*@/s, '***@');
}

/** URLs, comma-separated, as they may be shown. A password may hold a comma: what cannot be told apart is hidden. */
export function withoutPasswords(text: string): string {
  const parts = text.split(',');
  const isTorn = parts.some((part) => !part.includes('://'));
  return isTorn ? withoutPassword(text) : parts.map(withoutPassword).join(',');
}

/** Whether text is a URL, or several, one of which carries a password. */
export function holdsPassword(text: string): boolean {
  return /:\/\/[^/?#,]*:[^/?#,]*@/.test(text);
}
