import { isIPv6 } from 'node:net';

/** A host name or address as a URL has it. */
export function hostInUrl(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}

/** Where somebody on this machine reaches what listens on `host`: `localhost`, if that is every address. */
export function localHostInUrl(host: string): string {
  return host === '0.0.0.0' || host === '::' ? 'localhost' : hostInUrl(host);
}
