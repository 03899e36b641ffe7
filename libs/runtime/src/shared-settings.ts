import * as z from 'zod';
import { milliseconds } from './config/schemas.js';
import type { Settings } from './config/setting.js';

/** The settings that every app has. */
export const sharedSettings = {
  LOG_FORMAT: {
    schema: z.enum(['auto', 'pretty', 'json']),
    default: 'auto',
    meaning: 'how it logs on stderr; auto: json when NODE_ENV is production, else pretty',
    expected: 'pretty, json or auto',
  },
  LOG_LEVEL: {
    schema: z.enum(['debug', 'info', 'warn', 'error']),
    default: 'info',
    meaning: 'what it logs: this and what is graver',
    expected: 'debug, info, warn or error',
  },
  SHUTDOWN_TIMEOUT_MS: {
    schema: milliseconds,
    default: '10000',
    meaning: 'how long a clean end may take',
    expected: 'milliseconds, a whole number from 1 to 2147483647',
  },
} satisfies Settings;
