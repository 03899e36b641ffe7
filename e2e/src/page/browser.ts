import { chromiumFlags, chromiumIsMissing, findChromium } from '@relay/testing';
import { type Browser, chromium } from 'playwright-core';

/** A host name that is not this machine's to whoever reads it, and is to this browser. */
export const STRANGE_HOST = 'relay.example';

/** The Chromium of a spec file. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error(chromiumIsMissing);
  const args = [...chromiumFlags, `--host-resolver-rules=MAP ${STRANGE_HOST} 127.0.0.1`];
  return chromium.launch({ executablePath, args });
}
