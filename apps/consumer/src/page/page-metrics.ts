import type { Metrics } from '@relay/runtime';
import type { LivePage } from './live-page.js';
import type { LivePath } from './live-path.js';
import type { Viewers } from './viewers.js';

/** What is measured of the live page; `docs/operations.md` says the same. */
export function measurePage(
  metrics: Metrics,
  page: LivePage,
  path: LivePath,
  viewers: Viewers,
): void {
  metrics.gauge({
    name: 'relay_page_viewers',
    help: 'Live pages that are connected and watch.',
    read: () => viewers.count,
  });
  metrics.counter({
    name: 'relay_page_items_shown_total',
    help: 'Messages, gaps and dead letters that were sent to the pages.',
    read: () => page.shown,
  });
  metrics.counter({
    name: 'relay_page_items_left_out_total',
    help: 'Those that were left out because they came faster than pages can show them.',
    read: () => page.leftOut,
  });
  metrics.counter({
    name: 'relay_page_frames_skipped_total',
    help: 'Frames that a page did not get because it had not read those before.',
    read: () => viewers.skipped,
  });
  metrics.counter({
    name: 'relay_page_invalid_frames_total',
    help: 'Frames of pages that were none; the page was sent away.',
    read: () => path.invalidFrames,
  });
}
