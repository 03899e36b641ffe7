import type { NestExpressApplication } from '@nestjs/platform-express';
import { EventLog, Metrics } from '@relay/runtime';
import { LivePage } from './live-page.js';
import { LivePath } from './live-path.js';
import { measurePage } from './page-metrics.js';
import { pageFolder, serveFiles } from './static-files.js';
import { Viewers } from './viewers.js';

/**
 * Serves the live page at `/`. To be called behind the middleware that judges requests.
 *
 * @param folder that of the running `main`
 * @returns whether there is one
 */
export function openPage(app: NestExpressApplication, folder: string): boolean {
  measurePage(app.get(Metrics), app.get(LivePage), app.get(LivePath), app.get(Viewers));
  const files = pageFolder(folder);
  if (files !== undefined) {
    serveFiles(app, files);
    return true;
  }
  const log = new EventLog('page');
  log.warn('page-not-built', 'the live page is not built: npx nx build page');
  return false;
}
