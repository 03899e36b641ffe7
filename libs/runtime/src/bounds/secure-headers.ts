import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from 'helmet';

/**
 * The middleware that gives every answer the headers a web service should have, and takes away those that
 * tell what it is made with. Nothing here is a page: a page brings a `Content-Security-Policy` of its own.
 *
 * `Strict-Transport-Security` is left to whoever owns the name: it would bind every port of the host, the
 * other app's too.
 */
export function secureHeaders(): (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"] },
    },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: false,
    xFrameOptions: { action: 'deny' },
  });
}
