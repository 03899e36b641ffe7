import { closestMatch } from 'leven';
import { EventLog } from '../log/event-log.js';
import type { Settings } from './setting.js';

/** Letters that differ, at the most, where one name was written for the other. */
const MAX_DISTANCE = 2;

/**
 * Says which variables of the environment are no settings, and look as if one was meant that is not set. That is no
 * mistake that keeps an app from starting: they may be those of something else.
 */
export function warnOfMisspelt(
  settings: Settings,
  env: Readonly<Record<string, string | undefined>> = process.env,
): void {
  // of one word are too many: PATH would be PAGE
  const missing = Object.keys(settings).filter((name) => name.includes('_') && !env[name]);
  for (const given of Object.keys(env).filter((name) => env[name] && !(name in settings))) {
    const meant = closestMatch(given.toUpperCase(), missing, { maxDistance: MAX_DISTANCE });
    if (meant === undefined) continue;
    const sentence = `${given} is set, which is no setting, and ${meant} is not: was it meant?`;
    new EventLog('settings').warn('setting-misspelt', sentence, { given, meant });
  }
}
