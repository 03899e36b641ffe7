import { existsSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join, sep } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';

/** What the page may load and do: nothing from elsewhere, nothing inline. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join(';');

/**
 * The folder with the built page: beside the bundle, or where it is built when this runs from source;
 * undefined when there is none.
 *
 * @param folder that of the running `main`
 */
export function pageFolder(folder: string): string | undefined {
  const candidates = [join(folder, 'page'), join(folder, '../../../dist/apps/page')];
  return candidates.find((candidate) => existsSync(join(candidate, 'index.html')));
}

/** Serves the files of the page. To be called behind the middleware that judges requests. */
export function serveFiles(app: NestExpressApplication, folder: string): void {
  const assets = `${join(folder, 'assets')}${sep}`;
  app.useStaticAssets(folder, {
    redirect: false,
    setHeaders: (response: ServerResponse, path: string) => {
      // the names of assets hold their hash
      const caching = path.startsWith(assets) ? 'public, max-age=31536000, immutable' : 'no-cache';
      response.setHeader('Cache-Control', caching);
      response.setHeader('Content-Security-Policy', CONTENT_SECURITY_POLICY);
    },
  });
}
