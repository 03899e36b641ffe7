import { milliseconds } from './config/schemas.js';
import type { Settings } from './config/setting.js';

/** The settings that every app has. */
export const sharedSettings = {
  SHUTDOWN_TIMEOUT_MS: {
    schema: milliseconds,
    default: '10000',
    meaning: 'how long a clean end may take',
    expected: 'milliseconds, a whole number from 1 to 2147483647',
  },
} satisfies Settings;
