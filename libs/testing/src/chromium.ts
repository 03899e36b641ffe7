import { findOnPath } from './find-on-path.js';

/** How one comes by a Chromium, in one sentence. */
export const chromiumIsMissing =
  'No chromium was found; install one with `apt-get install chromium`, `dnf install chromium`, ' +
  '`apk add chromium` or `brew install chromium`.';

/** The path of the Chromium, or of the Chrome, that is on the PATH. */
export function findChromium(): string | undefined {
  return ['chromium', 'chromium-browser', 'google-chrome']
    .map((name) => findOnPath(name))
    .find((path) => path !== undefined);
}

/** Flags for a browser that speaks with nobody but the page; root has no sandbox. */
export const chromiumFlags: readonly string[] = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
];
